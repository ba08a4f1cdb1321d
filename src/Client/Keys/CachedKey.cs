using NSec.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>
/// An imported key. A secret key is kept in libsodium's guarded memory and zeroed when the cache and all leases have
/// released it.
/// </summary>
internal sealed class CachedKey
{
    private readonly Key? _secret;
    private int _holders = 1;

    public CachedKey(int version, Key secret)
    {
        Version = version;
        _secret = secret;
    }

    public CachedKey(int version, PublicKey publicKey)
    {
        Version = version;
        Public = publicKey;
    }

    public int Version { get; }

    public PublicKey? Public { get; }

    public Key Secret => _secret!;

    /// <summary>Call only while the cache holds the key, under the cache's lock.</summary>
    public KeyLease Lease()
    {
        Interlocked.Increment(ref _holders);
        return new KeyLease(this);
    }

    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
            _secret?.Dispose();
    }
}
