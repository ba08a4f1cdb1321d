using System.Security.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>32 secret bytes that are zeroed on disposal.</summary>
public abstract class SecretBytes : IDisposable
{
    private readonly byte[] _bytes;
    private bool _disposed;

    private protected SecretBytes(byte[] bytes, int version)
    {
        _bytes = bytes;
        Version = version;
    }

    /// <summary>The key version, from 1 upwards. Store it with the data that the key protects.</summary>
    public int Version { get; }

    private protected ReadOnlySpan<byte> Secret
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>Zeroes the secret.</summary>
    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
        GC.SuppressFinalize(this);
    }
}
