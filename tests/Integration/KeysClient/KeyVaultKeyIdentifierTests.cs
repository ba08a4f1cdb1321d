using AtpKeyserver.Tests.Integration.Support;
using Azure.Security.KeyVault.Keys;

namespace AtpKeyserver.Tests.Integration.KeysClient;

public sealed class KeyVaultKeyIdentifierTests
{
    [Theory]
    [InlineData("https://v.vault.azure.net/keys/kek", "kek", null)]
    [InlineData("https://v.vault.azure.net/keys/kek/1", "kek", "1")]
    [InlineData("https://localhost:8443/keys/kek/1/", "kek", "1")]
    public void An_address_names_key_and_version(string address, string name, string? version)
    {
        var id = new KeyVaultKeyIdentifier(new Uri(address));

        Assert.Equal((name, version, new Uri(address)), (id.Name, id.Version, id.SourceId));
        Assert.Equal(new Uri(address).Authority, id.VaultUri.Authority);
    }

    [Theory]
    [InlineData("https://v.vault.azure.net/")]
    [InlineData("https://v.vault.azure.net/secrets/kek/1")]
    [InlineData("https://v.vault.azure.net/keys/kek/1/2")]
    public void An_invalid_key_address_is_refused(string address)
    {
        Assert.False(KeyVaultKeyIdentifier.TryCreate(new Uri(address), out _));
        Assert.Throws<ArgumentException>(() => new KeyVaultKeyIdentifier(new Uri(address)));
    }
}
