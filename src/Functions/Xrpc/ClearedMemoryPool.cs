using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// The buffers of the web server: answers with keys leave through them and tokens come in. Its own pool keeps them as they are; here each
/// is zeroed when it is given back.
/// </summary>
internal sealed class ClearedMemoryPool : MemoryPool<byte>
{
    /// <summary>Bytes; as much as the server asks for at once.</summary>
    private const int BlockLength = 4096;

    /// <summary>16 MB are kept for later; what is free beyond that is left to the collector.</summary>
    private const int MostFree = 4096;

    private readonly ConcurrentQueue<byte[]> _free = new();
    private int _freeCount;

    public override int MaxBufferSize => BlockLength;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockLength);
        if (!_free.TryDequeue(out var block))
            return new Lease(this, GC.AllocateUninitializedArray<byte>(BlockLength, pinned: true));
        Interlocked.Decrement(ref _freeCount);
        return new Lease(this, block);
    }

    protected override void Dispose(bool disposing) => _free.Clear();

    private void Return(byte[] block)
    {
        CryptographicOperations.ZeroMemory(block);
        if (Interlocked.Increment(ref _freeCount) <= MostFree)
            _free.Enqueue(block);
        else
            Interlocked.Decrement(ref _freeCount);
    }

    /// <summary>Given to the server in the place of its own.</summary>
    public sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new ClearedMemoryPool();
    }

    /// <summary>Goes back once, however often it is disposed of.</summary>
    private sealed class Lease(ClearedMemoryPool pool, byte[] block) : IMemoryOwner<byte>
    {
        private byte[]? _block = block;

        public Memory<byte> Memory { get; } = MemoryMarshal.CreateFromPinnedArray(block, 0, block.Length);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _block, null) is { } block)
                pool.Return(block);
        }
    }
}
