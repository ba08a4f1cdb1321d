using NSec.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>
/// An imported key. A secret one lives in libsodium's guarded memory, and is zeroed when the cache and everybody who
/// uses it have let go.
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

    /// <summary>Only while somebody holds it for sure: the cache, under its lock.</summary>
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
