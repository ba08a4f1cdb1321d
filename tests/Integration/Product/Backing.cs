using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AtpKeyserver.Emulators.KeyVault;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.Integration.Emulators;
using AtpKeyserver.Tests.Support;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Keys;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>Storage, vault and fake clock, shared by the in-process instances of the product.</summary>
public sealed class Backing : IAsyncLifetime, IDisposable
{
    private KeyVaultEmulator _vault = null!;
    private HttpClientTransport _trusting = null!;
    private int _accounts;

    public FakeClock Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public string ConnectionString { get; private set; } = "";

    public Uri KeyId { get; private set; } = null!;

    public HttpPipelineTransport VaultTransport => _trusting;

    public async Task InitializeAsync()
    {
        ConnectionString = await SharedBacking.TakeAccountAsync();
        _vault = await SharedBacking.VaultAsync();
        await UseNewKekAsync();
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(
            X509CertificateLoader.LoadCertificateFromFile(Path.Combine(_vault.CertificateFolder, "ca.pem")));
        _trusting = new HttpClientTransport(new HttpClient(new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        }));
    }

    public Task DisposeAsync()
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => _trusting.Dispose();

    /// <summary>An instance of the product with its own caches.</summary>
    /// <param name="storage">Null for a working one.</param>
    /// <param name="vault">As for the storage.</param>
    /// <param name="settings">Override the defaults of <see cref="Instance"/>.</param>
    public Instance Start(
        HttpPipelineTransport? storage = null,
        HttpPipelineTransport? vault = null,
        IReadOnlyDictionary<string, string?>? settings = null) =>
        new(this, storage, vault, settings);

    /// <summary>A new version of the KEK.</summary>
    /// <returns>Its full id.</returns>
    public async Task<string> RotateKekAsync()
    {
        var options = new KeyClientOptions { DisableChallengeResourceVerification = true, Transport = VaultTransport };
        var keys = new KeyClient(_vault.VaultUri, new EmulatorCredential(KeyVaultClient.Token), options);
        return (await keys.RotateKeyAsync(KeyId.Segments[2])).Value.Key.Id;
    }

    /// <summary>Instances that start after this use a KEK of another name.</summary>
    /// <returns>The full id of its version.</returns>
    public async Task<string> UseNewKekAsync()
    {
        var version = await SharedBacking.MakeKeyAsync();
        KeyId = new Uri(_vault.VaultUri, $"keys/{version.Segments[2].TrimEnd('/')}");
        return version.ToString();
    }

    /// <summary>A DID that no other test uses.</summary>
    public string NewDid() => $"did:web:user{Interlocked.Increment(ref _accounts)}.example.com";
}
