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
/// The key-encryption key in Key Vault (RSA, RSA-OAEP-256). Wrapping uses the newest version and needs only its public half; unwrapping names
/// the version that wrapped. Never asked on the path of a warm request.
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
    /// <param name="emulator">Whether the challenge may name another host than the vault's, as the emulator's does.</param>
    /// <param name="transport">Null for the usual one.</param>
    /// <param name="measured">Measures each try of a request; null: nobody does.</param>
    public Kek(
        Uri keyId, TokenCredential credential, bool emulator, HttpPipelineTransport? transport = null, HttpPipelinePolicy? measured = null)
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

    /// <summary>As it is configured, without a version.</summary>
    public Uri Id => _keyId;

    /// <returns>The wrapped key and the full id of the KEK version that wrapped it.</returns>
    public async Task<(byte[] Wrapped, string KeyId)> WrapAsync(byte[] key, CancellationToken cancellation)
    {
        // A new client each time: one that lives on would keep wrapping with the version it saw first.
        var client = new CryptographyClient(_keyId, _credential, _options);
        var result = await ClientCall.RunAsync(
            () => client.WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, key, cancellation));
        // What is stored here without being whole is a key that nobody can ever open, in the place of one that could be made.
        return result is { EncryptedKey.Length: > 0 } && Uri.TryCreate(result.KeyId, UriKind.Absolute, out var id) && IsOurs(id) && IsVersion(id)
            ? (result.EncryptedKey, result.KeyId)
            : throw ClientCall.Unreadable(new FormatException("A wrapped key, or what wrapped it, is missing."));
    }

    /// <param name="wrapped">What <see cref="WrapAsync"/> returned.</param>
    /// <param name="keyId">The full id beside it.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>The key; the caller zeroes it.</returns>
    public async Task<byte[]> UnwrapAsync(byte[] wrapped, string keyId, CancellationToken cancellation)
    {
        // The id comes from the storage: whoever can write there must not send our token, or the question, to a vault of his own.
        if (!Uri.TryCreate(keyId, UriKind.Absolute, out var id) || !IsOurs(id))
            throw TamperedException.At("keyring", "a key claims to be wrapped by a vault that is not ours");
        if (!IsVersion(id))
            throw TamperedException.At("keyring", "a key claims to be wrapped by what is no version of a key");
        var client = _unwrappers.GetOrAdd(keyId, _ => new CryptographyClient(id, _credential, _options));
        try
        {
            var result = await ClientCall.RunAsync(
                () => client.UnwrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, wrapped, cancellation));
            return result.Key is { Length: > 0 } key
                ? key
                : throw ClientCall.Unreadable(new FormatException("The key is missing."));
        }
        catch (RequestFailedException e) when (e.Status == 400 && ClientCall.CodeOf(e) is not null)
        {
            // The vault gives its refusals a code; what stands before it does not.
            throw TamperedException.At("keyring", "a wrapped key does not unwrap");
        }
    }

    /// <returns>The full id of the version that wraps now, and when it expires; null: never.</returns>
    public async Task<(string Id, DateTimeOffset? ExpiresOn)> ReadCurrentAsync(CancellationToken cancellation)
    {
        var answer = await ClientCall.RunAsync(() => _keys.GetKeyAsync(_name, cancellationToken: cancellation));
        var current = answer.Value;
        return Uri.TryCreate(current.Key?.Id, UriKind.Absolute, out var id) && IsOurs(id) && IsVersion(id)
            ? (current.Key!.Id, current.Properties.ExpiresOn)
            : throw ClientCall.Unreadable(new FormatException("The key has no id of a version."));
    }

    /// <summary>Throws when the vault cannot be reached or refuses us.</summary>
    public Task ProbeAsync(CancellationToken cancellation) => ReadCurrentAsync(cancellation);

    private bool IsOurs(Uri id) => id.Scheme == Uri.UriSchemeHttps && id.Authority == _keyId.Authority;

    /// <summary><c>https://{vault}/keys/{name}/{version}</c>, of whatever name: KEKs of several may coexist.</summary>
    private static bool IsVersion(Uri id) =>
        id.Segments is [_, "keys/", [not '/', .., '/'], [not '/', ..] version]
        && !version.EndsWith('/')
        && id is { Query: "", Fragment: "", UserInfo: "" };

    private void Bound(ClientOptions options)
    {
        // One try that hangs leaves time for another; the deadline of the work that asks ends all of them.
        options.RetryPolicy = new RetryBudgetPolicy(_retries, retries: 2, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1));
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(3);
    }
}
