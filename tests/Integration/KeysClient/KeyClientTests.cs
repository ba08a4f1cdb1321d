using AtpKeyserver.Tests.Integration.Support;
using Azure;
using Azure.Security.KeyVault.Keys;

namespace AtpKeyserver.Tests.Integration.KeysClient;

public sealed class KeyClientTests : IDisposable
{
    private readonly StubVault _vault = new();
    private readonly StubCredential _credential = new();

    public void Dispose() => _vault.Dispose();

    [Theory]
    [InlineData(null, "/keys/kek/")]
    [InlineData(StubVault.Version, "/keys/kek/" + StubVault.Version)]
    public async Task A_key_has_material_and_properties(string? version, string path)
    {
        var key = (await Client().GetKeyAsync("kek", version)).Value;

        Assert.Equal((_vault.VersionedKey, "kek"), (key.Id.AbsoluteUri, key.Name));
        Assert.Equal(KeyType.Rsa, key.KeyType);
        Assert.Equal([KeyOperation.WrapKey, KeyOperation.UnwrapKey], key.KeyOperations);
        Assert.Equal((256, 3), (key.Key.N.Length, key.Key.E.Length));
        Assert.Equal((StubVault.Version, true), (key.Properties.Version, key.Properties.Enabled));
        Assert.Equal(_vault.Uri, key.Properties.VaultUri);
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), key.Properties.CreatedOn);
        Assert.Equal("kek", key.Properties.Tags["use"]);
        Assert.Equal(path, _vault.Server.Requests.Last().Uri.AbsolutePath);
        using var rsa = key.Key.ToRSA();
        Assert.Equal(2048, rsa.KeySize);
    }

    [Fact]
    public async Task A_key_is_created_and_rotated()
    {
        var options = new CreateRsaKeyOptions("kek")
        {
            KeySize = 3072,
            Enabled = true,
            KeyOperations = { KeyOperation.WrapKey, KeyOperation.UnwrapKey },
            Tags = { ["use"] = "kek" },
        };

        await Client().CreateRsaKeyAsync(options);
        await Client().RotateKeyAsync("kek");

        var requests = _vault.Server.Requests.Where(request => request.Authorization is not null).ToArray();
        Assert.Equal(["/keys/kek/create", "/keys/kek/rotate"], requests.Select(request => request.Uri.AbsolutePath));
        Assert.Equal(
            """{"kty":"RSA","key_size":3072,"key_ops":["wrapKey","unwrapKey"]"""
            + ""","attributes":{"enabled":true},"tags":{"use":"kek"}}""",
            requests[0].Body);
        Assert.Equal("", requests[1].Body);
    }

    [Fact]
    public async Task Versions_are_listed_over_pages()
    {
        var versions = new List<(string, bool?)>();

        await foreach (var version in Client().GetPropertiesOfKeyVersionsAsync("kek"))
            versions.Add((version.Version, version.Enabled));

        Assert.Equal([(StubVault.Version, true), ("old", false)], versions);
    }

    [Fact]
    public async Task A_missing_key_is_not_found()
    {
        var failure = await Assert.ThrowsAsync<RequestFailedException>(() => Client().GetKeyAsync("other"));

        Assert.Equal((404, "KeyNotFound"), (failure.Status, failure.ErrorCode));
    }

    private KeyClient Client() => new(_vault.Uri, _credential, new KeyClientOptions
    {
        Transport = _vault.Server.Transport,
        Retry = { MaxRetries = 0 },
    });
}
