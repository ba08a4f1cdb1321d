using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.KeyVault;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class KeyVaultTrustTests(KeyVaultFixture fixture) : IClassFixture<KeyVaultFixture>
{
    private static readonly string Sources =
        Path.Combine(AzuriteProcess.RepositoryRoot(), "tests/Integration/Emulators");

    private string Folder => fixture.Emulator.CertificateFolder;

    private string Address => fixture.Emulator.VaultUri + "keys";

    [Fact]
    public async Task Every_loopback_address_accepts_every_loopback_name()
    {
        foreach (var address in Loopback.Addresses)
        {
            foreach (var host in new[] { "localhost", "127.0.0.1", "[::1]" })
            {
                var vault = new Uri($"https://{host}:{fixture.Emulator.VaultUri.Port}/");
                using var client = new KeyVaultClient(vault, Folder, address);
                await client.GetAsync("keys" + KeyVaultClient.Version);
            }
        }
    }

    [Fact]
    public async Task Clients_do_not_trust_it_by_default()
    {
        using var http = new HttpClient();
        var error = await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync(new Uri(Address)));
        Assert.IsType<AuthenticationException>(error.InnerException);
    }

    [Fact]
    public async Task Two_emulators_do_not_trust_each_others_certificates()
    {
        await using var other =
            await KeyVaultEmulator.StartAsync(new KeyVaultEmulatorOptions { Token = KeyVaultClient.Token });
        using var client = new KeyVaultClient(other.VaultUri, Folder);
        await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("keys" + KeyVaultClient.Version));
    }

    [Fact]
    public async Task A_dotnet_process_trusts_the_certificate_folder()
    {
        string[] arguments = ["fsi", "--quiet", "--exec", Path.Combine(Sources, "Trust.fsx"), Address];
        var trusting = new Dictionary<string, string?> { ["SSL_CERT_DIR"] = Folder };
        var (code, output) = await Command.RunAsync("dotnet", arguments, trusting);
        Assert.True(code == 0, output);
        Assert.EndsWith("401", output, StringComparison.Ordinal);

        var elsewhere = new Dictionary<string, string?> { ["SSL_CERT_DIR"] = Sources };
        Assert.NotEqual(0, (await Command.RunAsync("dotnet", arguments, elsewhere)).ExitCode);
    }

    [Fact]
    public async Task OpenSSL_finds_the_authority_by_its_hash()
    {
        var pem = Path.Combine(Folder, "ca.pem");
        var (code, hash) = await Command.RunAsync("openssl", ["x509", "-in", pem, "-noout", "-subject_hash"]);
        Assert.True(code == 0, hash);
        Assert.Equal(File.ReadAllText(pem), File.ReadAllText(Path.Combine(Folder, hash + ".0")));
    }

    [Fact]
    public void The_authority_cannot_certify_other_hosts()
    {
        using var authority = X509CertificateLoader.LoadCertificateFromFile(Path.Combine(Folder, "ca.pem"));
        Assert.False(authority.HasPrivateKey);
        var constraint = Assert.Single(authority.Extensions, extension => extension.Oid?.Value == "2.5.29.30");
        Assert.True(constraint.Critical);
    }

    [Fact]
    public async Task A_certificate_of_this_authority_for_another_host_is_refused()
    {
        using var data = new TemporaryFolder();
        var options = new KeyVaultEmulatorOptions { Token = KeyVaultClient.Token, DataFolder = data.Path };
        await using (await KeyVaultEmulator.StartAsync(options))
        {
            // Create the authority; the test then uses it as a thief would.
        }

        using var authority = X509Certificate2.CreateFromPemFile(
            Path.Combine(data.Path, "authority.pem"), Path.Combine(data.Path, "authority.pem"));
        Assert.True(Builds(authority, "localhost"));
        Assert.False(Builds(authority, "login.example.com"));
    }

    private static bool Builds(X509Certificate2 authority, string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var leaf = request.Create(authority, now.AddHours(-1), now.AddHours(1), [1, 2, 3]);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        return chain.Build(leaf);
    }
}
