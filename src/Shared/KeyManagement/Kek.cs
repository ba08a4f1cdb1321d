using System.Collections.Concurrent;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Keys;
using Azure.Security.KeyVault.Keys.Cryptography;

namespace AtpKeyserver.KeyManagement;

/// <summary>
/// The key-encryption key in Key Vault (RSA-OAEP-256). Wrapping uses the newest version and only its public key;
/// unwrapping uses the version that wrapped. Warm requests never call Key Vault.
/// </summary>
public sealed class Kek
{
    private readonly Uri _keyId;
    private readonly TokenCredential _credential;
    private readonly CryptographyClientOptions _options;
    private readonly KeyClient _keys;
    private readonly string _name;
    private readonly RetryBudget _retries = new();
    private readonly ConcurrentDictionary<string, CryptographyClient> _unwrappers = new(StringComparer.Ordinal);

    /// <param name="keyId"><c>https://{vault}/keys/{name}</c> without a version.</param>
    /// <param name="credential">The app's identity.</param>
    /// <param name="emulator">Allows an authentication challenge for another host, as the emulator sends.</param>
    /// <param name="transport">Null for the default.</param>
    /// <param name="measured">Measures each attempt; null for none.</param>
    public Kek(
        Uri keyId,
        TokenCredential credential,
        bool emulator,
        HttpPipelineTransport? transport = null,
        HttpPipelinePolicy? measured = null)
    {
        _keyId = keyId;
        _credential = credential;
        _name = keyId.Segments[2].TrimEnd('/');
        _options = new CryptographyClientOptions { DisableChallengeResourceVerification = emulator };
        var keyOptions = new KeyClientOptions { DisableChallengeResourceVerification = emulator };
        if (transport is not null)
            _options.Transport = keyOptions.Transport = transport;
        if (measured is not null)
        {
            _options.AddPolicy(measured, HttpPipelinePosition.PerRetry);
            keyOptions.AddPolicy(measured, HttpPipelinePosition.PerRetry);
        }

        Bound(_options);
        Bound(keyOptions);
        _keys = new KeyClient(new Uri(keyId.GetLeftPart(UriPartial.Authority)), credential, keyOptions);
    }

    /// <summary>The configured key id, without a version.</summary>
    public Uri Id => _keyId;

    /// <returns>The wrapped key and the full id of the KEK version that wrapped it.</returns>
    public async Task<(byte[] Wrapped, string KeyId)> WrapAsync(byte[] key, CancellationToken cancellation)
    {
        // A new client per call: a client keeps using the version it saw first.
        var client = new CryptographyClient(_keyId, _credential, _options);
        var result = await ClientCall.RunAsync(
            () => client.WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, key, cancellation));
        // An incomplete result must not be stored: the key could never be unwrapped.
        return result is { EncryptedKey.Length: > 0 }
            && Uri.TryCreate(result.KeyId, UriKind.Absolute, out var id)
            && IsOurs(id)
            && IsVersion(id)
            ? (result.EncryptedKey, result.KeyId)
            : throw ClientCall.Unreadable(new FormatException("The wrap response has no wrapped key or key version."));
    }

    /// <param name="wrapped">From <see cref="WrapAsync"/>.</param>
    /// <param name="keyId">The key id that <see cref="WrapAsync"/> returned with it.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <returns>The key. The caller must zero it.</returns>
    public async Task<byte[]> UnwrapAsync(byte[] wrapped, string keyId, CancellationToken cancellation)
    {
        // The id comes from the storage: an attacker with write access must not direct our token to another vault.
        if (!Uri.TryCreate(keyId, UriKind.Absolute, out var id) || !IsOurs(id))
            throw TamperedException.At(Tables.KeyringName, "a key is wrapped by a vault other than the configured one");
        if (!IsVersion(id))
            throw TamperedException.At(Tables.KeyringName, "a key is wrapped by an id that is not a key version");
        var client = _unwrappers.GetOrAdd(keyId, _ => new CryptographyClient(id, _credential, _options));
        try
        {
            var result = await ClientCall.RunAsync(
                () => client.UnwrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, wrapped, cancellation));
            return result.Key is { Length: > 0 } key
                ? key
                : throw ClientCall.Unreadable(new FormatException("The unwrap response has no key."));
        }
        catch (RequestFailedException e) when (e.Status == 400 && ClientCall.CodeOf(e) is not null)
        {
            // Key Vault sends an error code; a proxy in front of it does not.
            throw TamperedException.At(Tables.KeyringName, "a wrapped key cannot be unwrapped");
        }
    }

    /// <returns>The full id of the current version and its expiry; null if it does not expire.</returns>
    public async Task<(string Id, DateTimeOffset? ExpiresOn)> ReadCurrentAsync(CancellationToken cancellation)
    {
        var answer = await ClientCall.RunAsync(() => _keys.GetKeyAsync(_name, cancellationToken: cancellation));
        var current = answer.Value;
        return Uri.TryCreate(current.Key?.Id, UriKind.Absolute, out var id) && IsOurs(id) && IsVersion(id)
            ? (current.Key!.Id, current.Properties.ExpiresOn)
            : throw ClientCall.Unreadable(new FormatException("The key response has no key version id."));
    }

    /// <summary>Throws if Key Vault is unreachable or denies access.</summary>
    public Task ProbeAsync(CancellationToken cancellation) => ReadCurrentAsync(cancellation);

    private bool IsOurs(Uri id) => id.Scheme == Uri.UriSchemeHttps && id.Authority == _keyId.Authority;

    /// <summary><c>https://{vault}/keys/{name}/{version}</c> with any name: several KEKs may coexist.</summary>
    private static bool IsVersion(Uri id) =>
        id.Segments is [_, "keys/", [not '/', .., '/'], [not '/', ..] version]
        && !version.EndsWith('/')
        && id is { Query: "", Fragment: "", UserInfo: "" };

    private void Bound(ClientOptions options)
    {
        // Leaves time for a second attempt within the caller's deadline.
        options.RetryPolicy = new RetryBudgetPolicy(
            _retries, retries: 2, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(3);
    }
}
