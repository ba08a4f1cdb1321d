using System.Security.Cryptography;
using NSec.Cryptography;

namespace AtpKeyserver.Client;

/// <summary>Gets the keys for content and signatures from the cache or the server.</summary>
internal sealed class KeyRing : IDisposable
{
    private readonly KeyCalls _calls;
    private readonly KeyBatcher _batcher;
    private readonly KeyCache _cache;

    public KeyRing(KeyCalls calls, KeyserverClientOptions options)
    {
        _calls = calls;
        _batcher = new KeyBatcher(calls, options.TimeProvider, options.KeyBatchDelay);
        _cache = new KeyCache(FetchAsync, options.TimeProvider);
    }

    internal KeyCache Cache => _cache;

    public ValueTask<KeyLease> RentAsync(KeyId id, CancellationToken cancellation) =>
        _cache.RentAsync(id, cancellation);

    /// <summary>Reads a group's key from the server, together with others that are requested now.</summary>
    public Task<GroupKey> GetGroupKeyAsync(string groupId, int? version, CancellationToken cancellation) =>
        ReadAsync(groupId, _batcher.GetAsync(groupId, version, cancellation));

    /// <summary>Call after a change of the group, or of the account's access to it.</summary>
    public void ForgetGroup(string groupId) => _cache.Forget(id => id.Kind == KeyKind.Group && id.Subject == groupId);

    /// <summary>Call when the server has returned a version of the group's key.</summary>
    public void NoticeVersion(string groupId, int version) => _cache.Supersede(KeyKind.Group, groupId, version);

    /// <summary>
    /// Call after a change of the account's keypair. Also removes all public keys, because one may be the account's
    /// own.
    /// </summary>
    public void ForgetKeypairs() => _cache.Forget(id => id.Kind != KeyKind.Group);

    /// <summary>Removes one key, so that the next use fetches it again.</summary>
    public void Forget(KeyId forgotten) => _cache.Forget(id => id == forgotten);

    /// <summary>Awaits a call of a group reader, and removes the group's keys if the account has lost access.</summary>
    public async Task<T> ReadAsync<T>(string groupId, Task<T> call)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (KeyserverException e) when (e is LostAccessException
            or GoneException { ErrorName: not KeyserverErrors.KeyVersionNotFound })
        {
            ForgetGroup(groupId);
            throw;
        }
    }

    public void Clear() => _cache.Forget(_ => true);

    public void Dispose()
    {
        // First, so that the callers of collected keys learn that the client was disposed.
        _batcher.Dispose();
        _cache.Dispose();
    }

    private async Task<CachedKey> FetchAsync(KeyId id, CancellationToken cancellation)
    {
        int? version = id.Version == KeyId.Active ? null : id.Version;
        switch (id.Kind)
        {
            case KeyKind.Group:
                using (var key = await GetGroupKeyAsync(id.Subject, version, cancellation).ConfigureAwait(false))
                    return new CachedKey(key.Version,
                        Key.Import(AeadAlgorithm.XChaCha20Poly1305, key.Key, KeyBlobFormat.RawSymmetricKey));
            case KeyKind.Keypair:
                using (var pair = await _calls.GetKeypairAsync(version, cancellation).ConfigureAwait(false))
                    return new CachedKey(
                        pair.Version, Key.Import(SignatureAlgorithm.Ed25519, pair.Seed, KeyBlobFormat.RawPrivateKey));
            default:
                var known = await _calls.GetPublicKeyAsync(id.Subject, version, cancellation).ConfigureAwait(false);
                return new CachedKey(known.Version, ImportPublic(known.PublicKey));
        }
    }

    private static PublicKey ImportPublic(string hex)
    {
        try
        {
            return PublicKey.Import(SignatureAlgorithm.Ed25519, Convert.FromHexString(hex), KeyBlobFormat.RawPublicKey);
        }
        catch (FormatException)
        {
            throw KeyserverErrors.Unexpected("The response contains no valid public key.");
        }
    }
}
