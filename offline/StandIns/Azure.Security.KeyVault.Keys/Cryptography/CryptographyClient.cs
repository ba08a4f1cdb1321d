using Azure.Core;
using Azure.Security.KeyVault.Keys.Wire;

namespace Azure.Security.KeyVault.Keys.Cryptography;

/// <summary>
/// Wraps and unwraps with one key. The first call reads the public key, and wrapping is then local. If the key cannot
/// be read (403), the vault wraps. Thread-safe.
/// </summary>
public class CryptographyClient
{
    private readonly KeyVaultEndpoint _endpoint;
    private readonly Uri _keyId;
    private volatile PublicHalf _publicHalf;

    public CryptographyClient(Uri keyId, TokenCredential credential)
        : this(keyId, credential, null)
    {
    }

    /// <param name="keyId">The key's address. Without a version, the latest version is used.</param>
    /// <param name="credential">The caller's credential.</param>
    /// <param name="options">Null: the defaults.</param>
    public CryptographyClient(Uri keyId, TokenCredential credential, CryptographyClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(keyId);
        ArgumentNullException.ThrowIfNull(credential);
        options ??= new CryptographyClientOptions();
        _keyId = keyId;
        _endpoint = new KeyVaultEndpoint(
            credential, options, options.ApiVersion, !options.DisableChallengeResourceVerification);
    }

    /// <summary>For mocks.</summary>
    protected CryptographyClient()
    {
    }

    public virtual string KeyId => _keyId.ToString();

    /// <exception cref="RequestFailedException">
    /// Reading the key failed, except with 403, or the vault rejected the call.
    /// </exception>
    public virtual async Task<WrapResult> WrapKeyAsync(
        KeyWrapAlgorithm algorithm, byte[] key, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        var publicHalf = await PublicHalfAsync(cancellationToken).ConfigureAwait(false);
        if (publicHalf.TryWrap(algorithm, key) is { } wrapped)
            return new WrapResult(publicHalf.KeyId, wrapped, algorithm);
        var (keyId, value) = await RemoteAsync("wrapKey", algorithm, key, cancellationToken).ConfigureAwait(false);
        return new WrapResult(keyId, value, algorithm);
    }

    /// <exception cref="RequestFailedException">400 <c>BadParameter</c>: another key version wrapped it.</exception>
    public virtual async Task<UnwrapResult> UnwrapKeyAsync(
        KeyWrapAlgorithm algorithm, byte[] encryptedKey, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(encryptedKey);
        await PublicHalfAsync(cancellationToken).ConfigureAwait(false);
        var (keyId, value) = await RemoteAsync("unwrapKey", algorithm, encryptedKey, cancellationToken)
            .ConfigureAwait(false);
        return new UnwrapResult(keyId, value, algorithm);
    }

    private async ValueTask<PublicHalf> PublicHalfAsync(CancellationToken cancellation)
    {
        if (_publicHalf is { } known)
            return known;
        try
        {
            var response = await _endpoint.SendAsync(RequestMethod.Get, _keyId, null, cancellation)
                .ConfigureAwait(false);
            return _publicHalf = new PublicHalf(KeyJson.ReadKey(response));
        }
        catch (RequestFailedException e) when (e.Status == 403)
        {
            return _publicHalf = PublicHalf.Unreadable;
        }
    }

    private async Task<(string KeyId, byte[] Value)> RemoteAsync(
        string operation, KeyWrapAlgorithm algorithm, byte[] value, CancellationToken cancellation)
    {
        var address = new Uri($"{_keyId.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{operation}");
        var body = KeyJson.WriteOperation(algorithm.ToString(), value);
        return KeyJson.ReadOperation(
            await _endpoint.SendAsync(RequestMethod.Post, address, body, cancellation).ConfigureAwait(false));
    }
}
