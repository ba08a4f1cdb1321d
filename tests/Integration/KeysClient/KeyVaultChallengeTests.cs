using System.Net;
using AtpKeyserver.Tests.Integration.Support;
using Azure;
using Azure.Security.KeyVault.Keys;

namespace AtpKeyserver.Tests.Integration.KeysClient;

/// <summary>How a client discovers the token for a vault, and which vaults get none.</summary>
public sealed class KeyVaultChallengeTests : IDisposable
{
    private readonly StubVault _vault = new();
    private readonly StubCredential _credential = new();

    public void Dispose() => _vault.Dispose();

    [Fact]
    public async Task A_challenge_is_handled_once_for_a_vault()
    {
        await Client().GetKeyAsync("kek");
        await Client().GetKeyAsync("kek");

        Assert.Equal([null, "Bearer token-1", "Bearer token-2"],
            _vault.Server.Requests.Select(request => request.Authorization));
        Assert.All(
            _credential.Asked, asked => Assert.Equal("https://vault.azure.net/.default", Assert.Single(asked.Scopes)));
        Assert.All(_credential.Asked, asked => Assert.Equal("tenant-1", asked.TenantId));
    }

    [Fact]
    public async Task A_token_is_cached_by_a_client()
    {
        var client = Client();

        await client.GetKeyAsync("kek");
        await client.GetKeyAsync("kek");

        Assert.Single(_credential.Asked);
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("https://notvault.azure.net")]
    [InlineData("https://t.vault.azure.net.evil.example")]
    public async Task A_challenge_for_another_domain_gets_no_token(string resource)
    {
        _vault.WwwAuthenticate = StubVault.ChallengeFor(resource);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Client().GetKeyAsync("kek"));

        Assert.Empty(_credential.Asked);
        Assert.Single(_vault.Server.Requests);
    }

    [Fact]
    public async Task The_domain_check_can_be_turned_off()
    {
        _vault.WwwAuthenticate = StubVault.ChallengeFor("https://emulator.example");

        await Client(isTrusting: true).GetKeyAsync("kek");

        Assert.Equal("https://emulator.example/.default", Assert.Single(Assert.Single(_credential.Asked).Scopes));
    }

    [Theory]
    [InlineData("Basic realm=\"x\"")]
    [InlineData("Bearer")]
    [InlineData("Bearer resource=\"https://vault.azure.net\"")]
    [InlineData("Bearer authorization=\"not an address\", resource=\"https://vault.azure.net\"")]
    public async Task An_invalid_challenge_stays_a_401(string header)
    {
        _vault.WwwAuthenticate = header;

        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => Client().GetKeyAsync("kek"));

        Assert.Equal(401, failure.Status);
        Assert.Empty(_credential.Asked);
    }

    [Fact]
    public async Task A_vault_that_moves_to_another_tenant_is_followed()
    {
        var client = Client();
        await client.GetKeyAsync("kek");
        _vault.WwwAuthenticate = StubVault.ChallengeFor("https://vault.azure.net", "tenant-2");
        _vault.Fault = request => request.Authorization == "Bearer token-1"
            ? StubServer.Json(HttpStatusCode.Unauthorized, "", ("WWW-Authenticate", _vault.WwwAuthenticate))
            : null;

        await client.GetKeyAsync("kek");

        Assert.Equal(["tenant-1", "tenant-2"], _credential.Asked.Select(asked => asked.TenantId));
    }

    [Fact]
    public async Task Http_is_refused()
    {
        var options = new KeyClientOptions { Transport = _vault.Server.Transport, Retry = { MaxRetries = 0 } };
        var client = new KeyClient(new Uri("http://127.0.0.1:1/"), _credential, options);

        await Assert.ThrowsAsync<InvalidOperationException>(() => client.GetKeyAsync("kek"));

        Assert.Empty(_vault.Server.Requests);
    }

    private KeyClient Client(bool isTrusting = false) => new(_vault.Uri, _credential, new KeyClientOptions
    {
        Transport = _vault.Server.Transport,
        DisableChallengeResourceVerification = isTrusting,
        Retry = { MaxRetries = 0 },
    });
}
