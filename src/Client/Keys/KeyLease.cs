using NSec.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>Keeps a key in memory until it is disposed. Dispose it exactly once.</summary>
internal readonly struct KeyLease(CachedKey key) : IDisposable
{
    public int Version => key.Version;

    public Key Secret => key.Secret;

    public PublicKey Public => key.Public!;

    public void Dispose() => key.Release();
}
