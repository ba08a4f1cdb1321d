using NSec.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>The use of a key, which stays in memory until this is disposed of, once.</summary>
internal readonly struct KeyLease(CachedKey key) : IDisposable
{
    public int Version => key.Version;

    public Key Secret => key.Secret;

    public PublicKey Public => key.Public!;

    public void Dispose() => key.Release();
}
