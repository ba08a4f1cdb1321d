using Azure.Core;
using Azure.Security.KeyVault.Keys.Wire;

namespace Azure.Security.KeyVault.Keys;

/// <summary>The keys of a vault. Thread-safe.</summary>
public class KeyClient
{
    private readonly KeyVaultEndpoint _endpoint;

    public KeyClient(Uri vaultUri, TokenCredential credential)
        : this(vaultUri, credential, null)
    {
    }

    public KeyClient(Uri vaultUri, TokenCredential credential, KeyClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(vaultUri);
        ArgumentNullException.ThrowIfNull(credential);
        options ??= new KeyClientOptions();
        VaultUri = vaultUri;
        _endpoint = new KeyVaultEndpoint(
            credential, options, options.ApiVersion, !options.DisableChallengeResourceVerification);
    }

    /// <summary>For mocks.</summary>
    protected KeyClient()
    {
    }

    public virtual Uri VaultUri { get; }

    /// <param name="name">The key.</param>
    /// <param name="version">32 hexadecimal digits; null: the latest.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="RequestFailedException">404 <c>KeyNotFound</c>, 403 <c>Forbidden</c>.</exception>
    public virtual Task<Response<KeyVaultKey>> GetKeyAsync(
        string name, string version = null, CancellationToken cancellationToken = default) =>
        KeyAsync(RequestMethod.Get, Address(name, version), null, cancellationToken);

    /// <summary>Creates a key, or a new version of an existing key.</summary>
    public virtual Task<Response<KeyVaultKey>> CreateRsaKeyAsync(
        CreateRsaKeyOptions rsaKeyOptions, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rsaKeyOptions);
        return KeyAsync(RequestMethod.Post, Address(rsaKeyOptions.Name, "create"), KeyJson.WriteCreate(rsaKeyOptions),
            cancellationToken);
    }

    /// <summary>Creates a new version according to the key's rotation policy.</summary>
    /// <exception cref="RequestFailedException">404 <c>KeyNotFound</c>.</exception>
    public virtual Task<Response<KeyVaultKey>> RotateKeyAsync(
        string name, CancellationToken cancellationToken = default) =>
        KeyAsync(RequestMethod.Post, Address(name, "rotate"), null, cancellationToken);

    /// <summary>Lists all versions of a key, including disabled ones.</summary>
    public virtual AsyncPageable<KeyProperties> GetPropertiesOfKeyVersionsAsync(
        string name, CancellationToken cancellationToken = default) =>
        new KeyVersionPages(_endpoint, Address(name, "versions"), cancellationToken);

    private async Task<Response<KeyVaultKey>> KeyAsync(
        RequestMethod method, Uri uri, byte[] body, CancellationToken cancellation)
    {
        var response = await _endpoint.SendAsync(method, uri, body, cancellation).ConfigureAwait(false);
        return Response.FromValue(KeyJson.ReadKey(response), response);
    }

    private Uri Address(string name, string last)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return new Uri(VaultUri, $"/keys/{Uri.EscapeDataString(name)}/{last}");
    }
}
