using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using SimpleBase;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.Unit.Identity;

public sealed class DidDocumentTests(ITestOutputHelper output) : IDisposable
{
    private readonly ECDsa _k256 = Documents.NewKey();
    private readonly ECDsa _p256 = Documents.NewKey(EcCurve.P256);

    [Theory]
    [InlineData(EcCurve.Secp256k1)]
    [InlineData(EcCurve.P256)]
    public void Finds_a_multikey(EcCurve curve)
    {
        var signer = curve == EcCurve.P256 ? _p256 : _k256;

        AssertIsKey(signer, Parse(Documents.WithKey(Documents.Plc, Documents.Multikey(signer))));
    }

    [Fact]
    public void Finds_a_key_by_its_relative_id()
    {
        AssertIsKey(_k256, ParseMethods(Documents.Method(Documents.Plc, Documents.Multikey(_k256), id: "#atproto")));
    }

    [Fact]
    public void Finds_the_key_of_a_did_web()
    {
        var document = Documents.WithKey(Documents.Web, Documents.Multikey(_p256));

        AssertIsKey(_p256, DidDocument.Parse(Documents.Web, Encoding.UTF8.GetBytes(document)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Finds_a_key_of_the_two_legacy_types(bool isCompressed)
    {
        AssertIsKey(_k256, ParseMethods(Legacy(_k256, "EcdsaSecp256k1VerificationKey2019")));
        AssertIsKey(_p256, ParseMethods(Legacy(_p256, "EcdsaSecp256r1VerificationKey2019")));

        string Legacy(ECDsa key, string type) => Documents.Method(
            Documents.Plc, "z" + Base58.Bitcoin.Encode(
                isCompressed ? Documents.Compressed(key) : Documents.Uncompressed(key)), type: type);
    }

    [Fact]
    public void Uses_the_first_of_two_keys()
    {
        var first = Documents.Method(Documents.Plc, Documents.Multikey(_k256));
        var second = Documents.Method(Documents.Plc, Documents.Multikey(_p256), id: "#atproto");

        AssertIsKey(_k256, ParseMethods(first, second));
        AssertIsKey(_p256, ParseMethods(second, first));
    }

    [Fact]
    public void Skips_methods_that_are_not_the_account_key()
    {
        var other = Documents.Multikey(_p256);
        AssertIsKey(_k256, ParseMethods(
            "null", "1", "\"#atproto\"", "[]", "{}",
            Documents.Method(Documents.Plc, other, id: "#atproto_label"),
            Documents.Method(Documents.Plc, other, id: "atproto"),
            Documents.Method(Documents.Plc, other, id: Documents.Plc.Value),
            Documents.Method(Documents.Plc, other, id: Documents.Web.Value + "#atproto"),
            Documents.Method(Documents.Plc, other, id: "did:plc:zzzzzzzzzzzzzzzzzzzzzzzz#atproto"),
            Documents.Method(Documents.Plc, other, controller: "did:plc:zzzzzzzzzzzzzzzzzzzzzzzz"),
            $$"""{"id":"#atproto","type":"Multikey","publicKeyMultibase":"{{other}}"}""",
            Documents.Method(Documents.Plc, Documents.Multikey(_k256))));
    }

    [Theory]
    [InlineData("an unusable text")]
    [InlineData("an unknown type")]
    [InlineData("another DID's controller")]
    public void Uses_the_first_valid_key(string first)
    {
        var other = Documents.Multikey(_p256);
        var invalid = first switch
        {
            "an unusable text" => Documents.Method(Documents.Plc, "zNope0"),
            "an unknown type" => Documents.Method(Documents.Plc, other, type: "JsonWebKey2020"),
            _ => Documents.Method(Documents.Plc, other, controller: Documents.Web.Value),
        };

        AssertIsKey(_k256, ParseMethods(invalid, Documents.Method(Documents.Plc, Documents.Multikey(_k256)),
            Documents.Method(Documents.Plc, other)));
    }

    [Fact]
    public void Accepts_one_byte_order_mark()
    {
        var document = Documents.WithKey(Documents.Plc, Documents.Multikey(_k256));

        AssertIsKey(_k256, Parse("\uFEFF" + document));
        Assert.Throws<UnusableDocumentException>(() => Parse("\uFEFF\uFEFF" + document));
    }

    [Fact]
    public void Has_no_key_when_its_encoding_is_unsupported()
    {
        var good = Documents.Multikey(_k256);
        var point = Documents.Compressed(_k256);
        string[] bad =
        [
            "", "z", good[1..], "m" + good[1..], good + "1", good[..^1], " " + good, good + " ", "zz" + good[1..],
                "z1" + good[1..],
            "did:key:" + good, "z" + new string('1', 35), "z" + new string('z', 60_000), "z0OIl", "z\u00e9",
            Documents.Multikey(EcCurve.P256, Documents.Uncompressed(_p256)),
            "z" + Base58.Bitcoin.Encode([0xed, 0x01, .. point[1..]]), // Ed25519
            "z" + Base58.Bitcoin.Encode([0xe7, 0x02, .. point]),
            "z" + Base58.Bitcoin.Encode([0x12, 0x00, .. point]),
            "z" + Base58.Bitcoin.Encode(point),
        ];

        Assert.All(bad, text => Assert.Null(ParseMethods(Documents.Method(Documents.Plc, text)).Key));
        string[] types =
            ["", "multikey", "JsonWebKey2020", "Ed25519VerificationKey2020", "EcdsaSecp256k1VerificationKey2019"];
        Assert.All(types, type => Assert.Null(ParseMethods(Documents.Method(Documents.Plc, good, type: type)).Key));
        Assert.Null(ParseMethods($$"""{"id":"#atproto","type":"Multikey","controller":"{{Documents.Plc}}"}""").Key);
        Assert.Null(ParseMethods(
            $$"""{"id":"#atproto","type":"Multikey","controller":"""
                + $$""" "{{Documents.Plc}}","publicKeyMultibase":["{{good}}"]}""").Key);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",\"verificationMethod\":null")]
    [InlineData(",\"verificationMethod\":{}")]
    [InlineData(",\"verificationMethod\":[]")]
    public void Has_no_key_when_there_are_no_methods(string rest) =>
        Assert.Null(Parse($$"""{"id":"{{Documents.Plc}}"{{rest}}}""").Key);

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("<html>")]
    [InlineData("{}")]
    [InlineData("{\"id\":null}")]
    [InlineData("{\"id\":[\"did:plc:abcdefghijklmnopqrstuvwx\"]}")]
    [InlineData("{\"id\":\"did:plc:zzzzzzzzzzzzzzzzzzzzzzzz\"}")]
    [InlineData("{\"id\":\"did:plc:abcdefghijklmnopqrstuvwx#\"}")]
    [InlineData("{\"id\":\"DID:PLC:ABCDEFGHIJKLMNOPQRSTUVWX\"}")]
    [InlineData("{\"id\":\"did:plc:abcdefghijklmnopqrstuvwx\",\"id\":\"did:plc:abcdefghijklmnopqrstuvwx\"}")]
    [InlineData("{\"id\":\"did:plc:abcdefghijklmnopqrstuvwx\"")]
    [InlineData("{\"id\":\"\\ud800\"}")]
    public void Refuses_invalid_documents_and_documents_of_another_DID(string text) =>
        Assert.Throws<UnusableDocumentException>(() => Parse(text));

    [Fact]
    public void Refuses_a_document_that_is_too_deep()
    {
        Parse(Nested(31));
        Assert.Throws<UnusableDocumentException>(() => Parse(Nested(32)));

        static string Nested(int depth) =>
            $$"""{"id":"{{Documents.Plc}}","x":{{new string('[', depth)}}{{new string(']', depth)}}}""";
    }

    [Fact]
    public void Arbitrary_bytes_cause_no_unexpected_exception()
    {
        var good = Encoding.UTF8.GetBytes(Documents.WithKey(Documents.Plc, Documents.Multikey(_k256)));
        var random = new SeededBytes(output);
        for (var i = 0; i < 5_000; i++)
        {
            var bytes = good.ToArray();
            for (var change = random.Below(4); change >= 0; change--)
                bytes[random.Below(bytes.Length)] = (byte)random.Below(256);

            var outcome = Record.Exception(() => DidDocument.Parse(Documents.Plc, bytes));

            Assert.True(outcome is null or UnusableDocumentException, Encoding.Latin1.GetString(bytes));
        }
    }

    public void Dispose()
    {
        _k256.Dispose();
        _p256.Dispose();
    }

    private static DidDocument ParseMethods(params string[] methods) =>
        Parse(Documents.WithMethods(Documents.Plc, methods));

    private static DidDocument Parse(string text) => DidDocument.Parse(Documents.Plc, Encoding.UTF8.GetBytes(text));

    private static void AssertIsKey(ECDsa signer, DidDocument document)
    {
        var hash = SHA256.HashData("any"u8);
        Assert.NotNull(document.Key);
        Assert.Equal(Documents.CurveOf(signer), document.Key.Curve);
        Assert.True(document.Key.Verify(hash, signer.SignHash(hash)));
    }
}
