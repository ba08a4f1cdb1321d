using AtpKeyserver.Tests.EndToEnd.Support;
using NSec.Cryptography;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Keypairs of accounts, and public keys for everybody.</summary>
[Collection(SharedKeyserver.OfFeatures)]
public sealed class KeypairTests(KeyserverFixture keyserver)
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();

    [Theory]
    [InlineData("keypair.getKeypair")]
    [InlineData("key")]
    public async Task The_first_call_creates_a_matching_keypair(string method)
    {
        var made = (await _api.GetAsync(method, _alice)).Ok();
        Assert.Equal(1, made.Int("version"));
        Assert.Equal("no-store", made.Header("Cache-Control"));
        using var key = Key.Import(
            SignatureAlgorithm.Ed25519, Convert.FromHexString(made.String("privateKey")), KeyBlobFormat.RawPrivateKey);
        Assert.Equal(
            made.String("publicKey"), Convert.ToHexStringLower(key.PublicKey.Export(KeyBlobFormat.RawPublicKey)));
        Assert.Equal(made.Text, (await _api.GetAsync("keypair.getKeypair", _alice)).Ok().Text);
    }

    [Theory]
    [InlineData("keypair.rotate")]
    [InlineData("key.rotate")]
    public async Task Rotation_keeps_every_version(string method)
    {
        var first = (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        var rotated = (await _api.PostAsync(method, _alice, null)).Ok();
        Assert.Equal((1, 2), (rotated.Int("oldVersion"), rotated.Int("newVersion")));
        Assert.NotEqual(
            first.String("privateKey"), (await _api.GetAsync("keypair.getKeypair", _alice)).Ok().String("privateKey"));
        Assert.Equal(first.Text, (await _api.GetAsync("keypair.getKeypair", _alice, ("version", "1"))).Ok().Text);
        (await _api.GetAsync("keypair.getKeypair", _alice, ("version", "3"))).Is(404, "KeyVersionNotFound");
        (await _api.PostAsync(method, _alice, new { expected_version = 1 })).Is(409, "VersionConflict");
        (await _api.PostAsync(method, _alice, new { expected_version = 2, reason = "yearly" })).Ok();
    }

    [Fact]
    public async Task Other_calls_do_not_create_a_keypair()
    {
        (await _api.PostAsync("keypair.rotate", _alice, null)).Is(404, "KeyVersionNotFound");
        Assert.Empty(
            (await _api.GetAsync("keypair.listVersions", _alice)).Ok().Json.GetProperty("versions").EnumerateArray());
        (await _api.GetAsync("keypair.getKeypair", _alice, ("version", "1"))).Is(404, "KeyVersionNotFound");
        Assert.Equal(404, (await _api.HeadAsync("keypair.getKeypair", _alice)).Status);
        Assert.Equal(404, (await _api.HeadAsync("keypair.getPublicKey", null, ("did", _alice))).Status);
        (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice), ("version", "1")))
            .Is(404, "KeyVersionNotFound");
        Assert.Empty((await _api.GetAsync("key.versions", _alice)).Ok().Json.GetProperty("versions").EnumerateArray());
    }

    [Theory]
    [InlineData("keypair.getPublicKey")]
    [InlineData("key.public")]
    public async Task Anybody_can_read_the_public_key_even_of_an_account_that_never_called(string method)
    {
        var asked = (await _api.GetAsync(method, null, ("did", _alice))).Ok();
        Assert.Equal(1, asked.Int("version"));
        Assert.Equal("public, max-age=10", asked.Header("Cache-Control"));
        Assert.NotNull(asked.Header("ETag"));
        Assert.Equal(
            asked.String("publicKey"), (await _api.GetAsync("keypair.getKeypair", _alice)).Ok().String("publicKey"));
    }

    [Fact]
    public async Task A_cached_public_key_is_not_sent_again()
    {
        var asked = (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice))).Ok();
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}keypair.getPublicKey?did={_alice}");
        again.Headers.TryAddWithoutValidation("If-None-Match", asked.Header("ETag"));
        var answer = await _api.SendAsync(again);
        Assert.Equal((304, ""), (answer.Status, answer.Text));
    }

    [Fact]
    public async Task Public_keys_of_old_versions_stay_readable()
    {
        var first = (await _api.GetAsync("keypair.getKeypair", _alice)).Ok().String("publicKey");
        await _api.PostAsync("keypair.rotate", _alice, null);
        Assert.Equal(first, (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice), ("version", "1"))).Ok()
            .String("publicKey"));
        Assert.Equal(2, (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice))).Ok().Int("version"));
        (await _api.GetAsync("keypair.getPublicKey", null, ("did", _alice), ("version", "9")))
            .Is(404, "KeyVersionNotFound");
    }

    [Fact]
    public async Task No_keypair_is_created_for_a_DID_that_does_not_resolve() =>
        (await _api.GetAsync("keypair.getPublicKey", null, ("did", "did:plc:2222222222222222222222zz")))
            .Is(404, "KeyVersionNotFound");
}
