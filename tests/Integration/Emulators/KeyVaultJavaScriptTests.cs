using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>Microsoft's own client, in the only language whose official package is in every registry.</summary>
public sealed class KeyVaultJavaScriptTests(KeyVaultFixture fixture) : IClassFixture<KeyVaultFixture>
{
    private static readonly string Folder =
        Path.Combine(AzuriteProcess.RepositoryRoot(), "tests/Integration/Emulators/js");

    [Fact]
    public async Task The_official_JavaScript_client_creates_reads_wraps_unwraps_rotates_and_deletes()
    {
        if (!File.Exists(Path.Combine(Folder, "node_modules/.package-lock.json")))
        {
            var (installed, log) = await Command.RunAsync("npm", ["ci", "--prefix", Folder, "--no-fund", "--no-audit"]);
            Assert.True(installed == 0, log);
        }

        var (code, output) = await Command.RunAsync(
            "node",
            [Path.Combine(Folder, "keys.js"), fixture.Emulator.VaultUri.AbsoluteUri, KeyVaultClient.Token],
            new Dictionary<string, string?> { ["NODE_EXTRA_CA_CERTS"] =
                Path.Combine(fixture.Emulator.CertificateFolder, "ca.pem") });
        Assert.True(code == 0 && output.EndsWith("OK", StringComparison.Ordinal), output);
    }
}
