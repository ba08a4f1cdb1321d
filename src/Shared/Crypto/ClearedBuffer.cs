using System.Buffers;
using System.Security.Cryptography;

namespace AtpKeyserver.Crypto;

/// <summary>
/// A pooled buffer for data that may contain secrets. It zeroes every array before returning it to the pool.
/// </summary>
internal sealed class ClearedBuffer : IBufferWriter<byte>, IDisposable
{
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(1024);
    private int _length;

    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _buffer.AsSpan(_length);
    }

    public void Dispose()
    {
        Release(_buffer);
        _buffer = [];
        _length = 0;
    }

    /// <summary>Zeroes the whole array: a writer may write beyond the bytes it advances.</summary>
    private static void Release(byte[] buffer)
    {
        if (buffer.Length == 0)
            return;
        CryptographicOperations.ZeroMemory(buffer);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    private void Grow(int sizeHint)
    {
        if (_buffer.Length - _length >= Math.Max(sizeHint, 1))
            return;
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, _length + sizeHint));
        Written.Span.CopyTo(larger);
        Release(_buffer);
        _buffer = larger;
    }
}
