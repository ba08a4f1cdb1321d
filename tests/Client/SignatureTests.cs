using System.Text;
using NSec.Cryptography;

namespace AtpKeyserver.Tests.Client;

public sealed class SignatureTests
{
    private const string Did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

    private static readonly byte[] Data = Encoding.UTF8.GetBytes("What was said.");

    private int _active = 1;

    [Fact]
    public async Task Active_revoked_unknown_and_wrong_differ()
    {
        using var keyserver = new FakeKeyserver(Answer);
        var old = await keyserver.Client.Signatures.SignAsync(Data);
        Assert.Equal(SignatureVerdict.Valid, await VerifyAsync(keyserver, old));

        _active = 2;
        keyserver.Client.Clear();
        var fresh = await keyserver.Client.Signatures.SignAsync(Data);
        Assert.Equal((1, 2), (old.KeyVersion, fresh.KeyVersion));
        Assert.Equal(SignatureVerdict.RevokedKey, await VerifyAsync(keyserver, old));
        Assert.Equal(SignatureVerdict.Valid, await VerifyAsync(keyserver, fresh));
        Assert.Equal(SignatureVerdict.Invalid, await VerifyAsync(keyserver, old with { KeyVersion = 2 }));
        Assert.Equal(SignatureVerdict.UnknownKey, await VerifyAsync(keyserver, old with { KeyVersion = 3 }));
        Assert.Equal(
            SignatureVerdict.Invalid,
            await keyserver.Client.Signatures.VerifyAsync(Did, new byte[1], fresh.Signature, 2));
    }

    [Fact]
    public async Task A_newer_key_than_the_one_that_is_kept_is_looked_up()
    {
        using var keyserver = new FakeKeyserver(Answer);
        Assert.Equal(
            SignatureVerdict.Valid, await VerifyAsync(keyserver, await keyserver.Client.Signatures.SignAsync(Data)));
        _active = 2;
        Assert.Equal(SignatureVerdict.Valid, await VerifyAsync(keyserver, Sign(2)));
    }

    [Fact]
    public async Task Public_keys_are_kept()
    {
        using var keyserver = new FakeKeyserver(Answer);
        for (var i = 0; i < 3; i++)
            Assert.Equal(SignatureVerdict.Valid, await VerifyAsync(keyserver, Sign(1)));
        Assert.Single(keyserver.Web.Requests);
    }

    [Theory]
    [InlineData("")]
    [InlineData("00")]
    [InlineData("zz")]
    public async Task What_is_no_signature_calls_nobody(string signature)
    {
        using var keyserver = new FakeKeyserver(Answer);
        Assert.Equal(SignatureVerdict.Invalid, await keyserver.Client.Signatures.VerifyAsync(Did, Data, signature, 1));
        Assert.Empty(keyserver.Web.Requests);
    }

    private static async Task<SignatureVerdict> VerifyAsync(FakeKeyserver keyserver, ContentSignature signature) =>
        await keyserver.Client.Signatures.VerifyAsync(Did, Data, signature.Signature, signature.KeyVersion);

    private static ContentSignature Sign(int version)
    {
        using var key = Import(version);
        return new ContentSignature(Convert.ToHexStringLower(SignatureAlgorithm.Ed25519.Sign(key, Data)), version);
    }

    private static Key Import(int version) =>
        Key.Import(SignatureAlgorithm.Ed25519, FakeKeyserver.Key(version), KeyBlobFormat.RawPrivateKey);

    private HttpResponseMessage Answer(Request request)
    {
        var query = System.Web.HttpUtility.ParseQueryString(request.Uri.Query);
        var version = query["version"] is { } asked ? int.Parse(asked, null) : _active;
        if (version > _active)
            return FakeWeb.Error(404, "KeyVersionNotFound");
        using var key = Import(version);
        var publicKey = Convert.ToHexStringLower(key.PublicKey.Export(KeyBlobFormat.RawPublicKey));
        var privateKey = request.Method == "keypair.getKeypair"
            ? $",\"privateKey\":\"{Convert.ToHexStringLower(FakeKeyserver.Key(version))}\"" : "";
        return FakeWeb.Json($$"""{"publicKey":"{{publicKey}}"{{privateKey}},"version":{{version}}}""");
    }
}
