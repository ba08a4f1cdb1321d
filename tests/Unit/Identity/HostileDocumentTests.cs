using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Errors;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Support;
using SimpleBase;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>
/// One document for each defect, and its effect: the DID has no usable key, its host has no document of it
/// (<c>DidNotFound</c>), or the directory fails (<c>UpstreamFailure</c>).
/// </summary>
public sealed class HostileDocumentTests : IDisposable
{
    private static readonly ECDsa K256 = Documents.NewKey();
    private static readonly ECDsa P256 = Documents.NewKey(EcCurve.P256);
    private static readonly string Good = Documents.Multikey(K256);

    private readonly TestResolver _identity = new();

    private static readonly Dictionary<string, string> WithoutKey = new()
    {
        ["there are no methods"] = Documents.WithMethods(Documents.Plc),
        ["the controller is missing"] =
            Methods($$"""{"id":"#atproto","type":"Multikey","publicKeyMultibase":"{{Good}}"}"""),
        ["the controller is another DID"] = Methods(Method(Good, controller: "did:plc:zzzzzzzzzzzzzzzzzzzzzzzz")),
        ["the controller is the key's id"] = Methods(Method(Good, controller: Documents.Plc.Value + "#atproto")),
        ["the controller is in capitals"] = Methods(Method(Good, controller: "did:plc:ABCDEFGHIJKLMNOPQRSTUVWX")),
        ["the controller is empty"] = Methods(Method(Good, controller: "")),
        ["the controller is a list"] = Methods(
            $$"""{"id":"#atproto","type":"Multikey","controller":"""
                + $$""" ["{{Documents.Plc}}"],"publicKeyMultibase":"{{Good}}"}"""),
        ["the id is missing"] =
            Methods($$"""{"type":"Multikey","controller":"{{Documents.Plc}}","publicKeyMultibase":"{{Good}}"}"""),
        ["the id is another DID's"] = Methods(Method(Good, id: "did:plc:zzzzzzzzzzzzzzzzzzzzzzzz#atproto")),
        ["the id is in capitals"] = Methods(Method(Good, id: "#ATPROTO")),
        ["the id has no hash"] = Methods(Method(Good, id: "atproto")),
        ["the id is longer"] = Methods(Method(Good, id: "#atproto_label")),
        ["the id ends with a space"] = Methods(Method(Good, id: "#atproto ")),
        ["the id has a path"] = Methods(Method(Good, id: Documents.Plc.Value + "/#atproto")),
        ["the type is a JWK"] = Methods(Method(Good, type: "JsonWebKey2020")),
        ["the type is Ed25519"] = Methods(Method(Good, type: "Ed25519VerificationKey2020")),
        ["the type is in small letters"] = Methods(Method(Good, type: "multikey")),
        ["the type is legacy and the text a Multikey"] =
            Methods(Method(Good, type: "EcdsaSecp256k1VerificationKey2019")),
        ["the type is legacy and of the other curve"] = Methods(Method(
            Text(Documents.Uncompressed(P256)), type: "EcdsaSecp256k1VerificationKey2019")),
        ["the type is Multikey and the point bare"] = Methods(Method(Text(Documents.Compressed(K256)))),
        ["the point of a Multikey is uncompressed"] =
            Methods(Method(Text([0xe7, 0x01, .. Documents.Uncompressed(K256)]))),
        ["the codec is Ed25519"] = Methods(Method(Text([0xed, 0x01, .. Documents.Compressed(K256)]))),
        ["the codec is X25519"] = Methods(Method(Text([0xec, 0x01, .. Documents.Compressed(K256)]))),
        ["the codec is P-384"] = Methods(Method(Text([0x81, 0x24, .. Documents.Compressed(K256)]))),
        ["the codec is a private key"] = Methods(Method(Text([0x81, 0x26, .. Documents.Compressed(K256)]))),
        ["the codec is not a varint"] = Methods(Method(Text([0x12, 0x00, .. Documents.Compressed(P256)]))),
        ["the codec is an overlong varint"] = Methods(Method(Text([0xe7, 0x81, 0x00, .. Documents.Compressed(K256)]))),
        ["the codec is missing"] = Methods(Method(Text(Documents.Compressed(P256)))),
        ["the point is off secp256k1"] = Methods(Method(Text([0xe7, 0x01, 2, .. new byte[31], 5]))),
        ["the point is off P-256"] = Methods(Method(Text([0x80, 0x24, 2, .. new byte[31], 7]))),
        ["the whole point is off the curve"] = Methods(Method(
            Text([.. Documents.Uncompressed(K256)[..64], (byte)(Documents.Uncompressed(K256)[64] ^ 1)]),
            type: "EcdsaSecp256k1VerificationKey2019")),
        ["the point is zero and zero"] =
            Methods(Method(Text([4, .. new byte[64]]), type: "EcdsaSecp256k1VerificationKey2019")),
        ["the point is zero and zero on P-256"] =
            Methods(Method(Text([4, .. new byte[64]]), type: "EcdsaSecp256r1VerificationKey2019")),
        ["the point is infinity"] = Methods(Method(Text([0]), type: "EcdsaSecp256k1VerificationKey2019")),
        ["the point is infinity in a Multikey"] = Methods(Method(Text([0xe7, 0x01, 0]))),
        ["the point is infinity, filled up"] = Methods(Method(Text([0xe7, 0x01, .. new byte[33]]))),
        ["the point is hybrid"] = Methods(Method(
            Text([(byte)(6 + (Documents.Uncompressed(K256)[64] & 1)), .. Documents.Uncompressed(K256)[1..]]),
            type: "EcdsaSecp256k1VerificationKey2019")),
        ["the coordinate is not reduced"] = Methods(Method(Text([0xe7, 0x01, 2, .. Enumerable.Repeat((byte)255, 32)]))),
        ["the point has 32 bytes"] =
            Methods(Method(Text(Documents.Compressed(K256)[1..]), type: "EcdsaSecp256k1VerificationKey2019")),
        ["the point has 34 bytes"] =
            Methods(Method(Text([.. Documents.Compressed(K256), 0]), type: "EcdsaSecp256k1VerificationKey2019")),
        ["the point has 64 bytes"] =
            Methods(Method(Text(Documents.Uncompressed(K256)[1..]), type: "EcdsaSecp256k1VerificationKey2019")),
        ["the text is empty"] = Methods(Method("")),
        ["the text is of another base"] = Methods(Method("u" + Good[1..])),
        ["the text has a letter that base58 lacks"] = Methods(Method(Good[..^1] + "0")),
        ["the text is 60,000 letters"] = Methods(Method("z" + new string('z', 60_000))),
        ["the text is 60,000 ones"] = Methods(Method("z" + new string('1', 60_000))),
        ["the text is a list"] = Methods(
            $$"""{"id":"#atproto","type":"Multikey","controller":"""
                + $$""" "{{Documents.Plc}}","publicKeyMultibase":["{{Good}}"]}"""),
        ["the key is a JWK"] = Methods(
            $$"""{"id":"#atproto","type":"Multikey","controller":"{{Documents.Plc}}","publicKeyJwk":{"kty":"EC"} }"""),
        ["both keys are unusable"] = Methods(Method("zNope0"), Method(Good, type: "JsonWebKey2020")),
        ["the key is for authentication only"] =
            $$"""{"id":"{{Documents.Plc}}","authentication":[{{Method(Good)}}],"assertionMethod":[{{Method(Good)}}]}""",
        ["the methods are an object"] = $$"""{"id":"{{Documents.Plc}}","verificationMethod":{{Method(Good)}}}""",
        ["the methods are nested"] = Methods($"[{Method(Good)}]"),
        ["there are 3,000 methods and none of them"] = Methods([.. Enumerable.Repeat("{\"id\":\"#a\"}", 3000)]),
    };

    private static readonly Dictionary<string, byte[]> NotADocument = new()
    {
        ["it is empty"] = [],
        ["it is null"] = "null"u8.ToArray(),
        ["it is a list with it inside"] = Bytes($"[{Documents.WithKey(Documents.Plc, Good)}]"),
        ["it is HTML"] = "<!doctype html><title>Sign in</title>"u8.ToArray(),
        ["it is JavaScript"] = Bytes($"callback({Documents.WithKey(Documents.Plc, Good)})"),
        ["it has no id"] = Bytes(Documents.WithKey(Documents.Plc, Good).Replace(
            "\"id\":\"did:plc:abcdefghijklmnopqrstuvwx\",", "", StringComparison.Ordinal)),
        ["it is another DID's"] = Bytes(Documents.WithKey(Documents.NumberedPlc(1), Good)),
        ["it is another DID's and its key says ours"] =
            Bytes(Documents.WithMethods(Documents.NumberedPlc(1), Method(Good))),
        ["its id is a list"] = Bytes(Documents.WithKey(Documents.Plc, Good).Replace(
            "\"id\":\"did:plc:abcdefghijklmnopqrstuvwx\",", "\"id\":[\"did:plc:abcdefghijklmnopqrstuvwx\"],",
                StringComparison.Ordinal)),
        ["its id is repeated"] =
            Bytes("{\"id\":\"did:plc:zzzzzzzzzzzzzzzzzzzzzzzz\"," + Documents.WithKey(Documents.Plc, Good)[1..]),
        ["its methods are repeated"] =
            Bytes(Documents.WithKey(Documents.Plc, Good)[..^1] + ",\"verificationMethod\":[]}"),
        ["a member of a method is repeated"] = Bytes(Methods(Method(Good)[..^1] + ",\"type\":\"Multikey\"}")),
        ["it has two byte-order marks"] =
            [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, .. Bytes(Documents.WithKey(Documents.Plc, Good))],
        ["it is UTF-16"] = Encoding.Unicode.GetBytes(Documents.WithKey(Documents.Plc, Good)),
        ["it has a stray byte in a text"] =
            [.. "{\"x\":\""u8, 0xff, .. "\","u8, .. Bytes(Documents.WithKey(Documents.Plc, Good)[1..])],
        ["it has an overlong letter"] =
            [.. "{\"x\":\""u8, 0xc1, 0xa1, .. "\","u8, .. Bytes(Documents.WithKey(Documents.Plc, Good)[1..])],
        ["it has half a surrogate pair for a name"] =
            Bytes("{\"\\ud800\":1," + Documents.WithKey(Documents.Plc, Good)[1..]),
        ["it has a comment"] = Bytes(Documents.WithKey(Documents.Plc, Good) + "//"),
        ["it has no end"] = Bytes(Documents.WithKey(Documents.Plc, Good)[..^1]),
        ["it has trailing text"] = Bytes(Documents.WithKey(Documents.Plc, Good) + "{}"),
        ["it is 60,000 lists deep"] = Bytes(new string('[', 60_000)),
        ["it is 30,000 lists deep inside"] = Bytes(
            $"{{\"id\":\"{Documents.Plc}\",\"x\":{new string('[', 30_000)}{new string(']', 30_000)}}}"),
        ["it is 10,000 objects deep"] =
            Bytes(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000)),
        ["it has 6,000 members and the last one twice"] = Bytes(
            "{" + string.Join(',', Enumerable.Range(0, 6_000).Select(i => $"\"{i:D5}\":1")) + ",\"05999\":1}"),
    };

    public static TheoryData<string> NamesWithoutKey() => [.. WithoutKey.Keys];

    public static TheoryData<string> NamesOfNoDocument() => [.. NotADocument.Keys];

    [Theory]
    [MemberData(nameof(NamesWithoutKey))]
    public async Task Finds_no_key_when(string reason)
    {
        _identity.Plc.AnswerText(WithoutKey[reason]);

        await RefusesAsync(ErrorName.DidNotFound);
        Assert.True(await _identity.ExistsAsync(Documents.Plc));
    }

    [Theory]
    [MemberData(nameof(NamesOfNoDocument))]
    public async Task A_directory_fails_when(string reason)
    {
        _identity.Plc.Answer = _ => ValueTask.FromResult<byte[]?>(NotADocument[reason]);

        // A document of another DID is valid: the directory works.
        await RefusesAsync(reason.Contains("another DID's", StringComparison.Ordinal)
            ? ErrorName.DidNotFound : ErrorName.UpstreamFailure);
    }

    [Theory]
    [MemberData(nameof(NamesOfNoDocument))]
    public async Task A_did_web_does_not_exist_when(string reason)
    {
        _identity.Web.Answer = _ => ValueTask.FromResult<byte[]?>(Encoding.Latin1.GetBytes(
            Encoding.Latin1.GetString(NotADocument[reason]).Replace(Documents.Plc.Value, Documents.Web.Value,
                StringComparison.Ordinal)));

        var refusal = await Refusals.ShouldBeRefusedAsync(() =>
            _identity.KeyAsync(Documents.Web).AsTask(), ErrorName.DidNotFound);
        Assert.Contains("DID document", refusal.Message, StringComparison.Ordinal);
        Assert.False(await _identity.ExistsAsync(Documents.Web));
        Assert.Equal(1, _identity.Web.Fetches);
    }

    [Fact]
    public async Task Accepts_a_document_of_many_members()
    {
        var members = string.Join(',', Enumerable.Range(0, 6_000).Select(i => $"\"{i}\":1"));
        _identity.Plc.AnswerText(Documents.WithKey(Documents.Plc, Good)[..^1] + $",{members}}}");

        Assert.Equal(EcCurve.Secp256k1, (await _identity.KeyAsync(Documents.Plc)).Curve);
    }

    public void Dispose() => _identity.Dispose();

    /// <summary>Parsing is fast for every document, because attackers choose them.</summary>
    private async Task RefusesAsync(ErrorName error)
    {
        await Refusals.ShouldBeRefusedAsync(() => _identity.KeyAsync(Documents.Plc).AsTask(), error);
        var document = await _identity.Plc.Answer(Documents.Plc);
        var time = ThreadTime.Of(() => Record.Exception(() => DidDocument.Parse(Documents.Plc, document)));
        Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string Text(byte[] bytes) => "z" + Base58.Bitcoin.Encode(bytes);

    private static string Methods(params string[] methods) => Documents.WithMethods(Documents.Plc, methods);

    private static string Method(string key, string? id = null, string type = "Multikey", string? controller = null) =>
        Documents.Method(Documents.Plc, key, id, type, controller);
}
