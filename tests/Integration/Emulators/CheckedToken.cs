using System.Buffers.Text;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using SimpleBase;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>A token verified with only the base class library and the key in a DID document.</summary>
internal sealed class CheckedToken
{
    private readonly byte[] _signed;
    private readonly byte[] _signature;

    public CheckedToken(string token)
    {
        var parts = token.Split('.');
        Assert.Equal(3, parts.Length);
        HeaderText = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0]));
        Header = JsonNode.Parse(HeaderText)!;
        Payload = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        _signed = Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}");
        _signature = Base64Url.DecodeFromChars(parts[2]);
        Assert.Equal(64, _signature.Length);
    }

    public string HeaderText { get; }

    public JsonNode Header { get; }

    public JsonNode Payload { get; }

    public long Exp => (long)Payload["exp"]!;

    /// <summary>
    /// True when the document's <c>#atproto</c>key verifies the signature and its curve matches <c>alg</c>.
    /// </summary>
    public bool IsSignedBy(JsonNode document)
    {
        var method = Assert.Single(document["verificationMethod"]!.AsArray())!;
        Assert.Equal(document.Text("id") + "#atproto", method.Text("id"));
        Assert.Equal("Multikey", method.Text("type"));
        Assert.Equal(document.Text("id"), method.Text("controller"));
        var curve = Curve.Of(Header.Text("alg"));
        using var key = ECDsa.Create(curve.Key(method.Text("publicKeyMultibase")));
        return key.VerifyData(
            _signed, _signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public bool IsLowS => Curve.Number(_signature.AsSpan(32)) <= Curve.Of(Header.Text("alg")).Order / 2;

    /// <summary>
    /// y² = x³ + ax + b modulo p, which is 3 modulo 4 on both curves. SEC 2, sections 2.4.1 and 2.4.2.
    /// </summary>
    private sealed record Curve(string Oid, byte[] Prefix, BigInteger P, BigInteger A, BigInteger B, BigInteger Order)
    {
        public static Curve Of(string algorithm) => algorithm switch
        {
            "ES256K" => new Curve(
                "1.3.132.0.10",
                [0xe7, 0x01],
                Hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F"),
                0,
                7,
                Hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141")),
            "ES256" => new Curve(
                "1.2.840.10045.3.1.7",
                [0x80, 0x24],
                Hex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF"),
                -3,
                Hex("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B"),
                Hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551")),
            _ => throw new InvalidOperationException($"{algorithm} is not an algorithm of service tokens."),
        };

        public static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

        public ECParameters Key(string multibase)
        {
            Assert.Equal('z', multibase[0]);
            var bytes = Base58.Bitcoin.Decode(multibase.AsSpan(1));
            Assert.Equal(35, bytes.Length);
            Assert.Equal(Prefix, bytes[..2]);
            var x = Number(bytes.AsSpan(3));
            var y = BigInteger.ModPow(((((x * x) + A) * x) + B) % P, (P + 1) / 4, P);
            if (y.IsEven != (bytes[2] == 2))
                y = P - y;
            return new ECParameters
            {
                Curve = ECCurve.CreateFromValue(Oid),
                Q = new ECPoint { X = bytes[3..],
                    Y = [.. new byte[32 - y.GetByteCount(isUnsigned: true)], .. y.ToByteArray(true, true)] },
            };
        }

        private static BigInteger Hex(string digits) => Number(Convert.FromHexString(digits));
    }
}
