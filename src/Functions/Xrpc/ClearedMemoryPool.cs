using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Connections;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// The web server's buffers, which hold tokens and responses with keys. The default pool keeps their content; this one
/// zeroes each buffer when it is returned.
/// </summary>
internal sealed class ClearedMemoryPool : MemoryPool<byte>
{
    /// <summary>Bytes: the size that the server requests.</summary>
    private const int BlockLength = 4096;

    /// <summary>Blocks kept for reuse, 16 MB in all; others are garbage-collected.</summary>
    private const int MaxFree = 4096;

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
        if (Interlocked.Increment(ref _freeCount) <= MaxFree)
            _free.Enqueue(block);
        else
            Interlocked.Decrement(ref _freeCount);
    }

    /// <summary>Replaces the server's own factory.</summary>
    public sealed class Factory : IMemoryPoolFactory<byte>
    {
        public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new ClearedMemoryPool();
    }

    /// <summary>Returns its block once, even if it is disposed repeatedly.</summary>
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
