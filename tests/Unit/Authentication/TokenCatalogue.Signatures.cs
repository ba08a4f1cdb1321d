using System.Formats.Asn1;
using System.Numerics;
using AtpKeyserver.Errors;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Unit.Identity;

namespace AtpKeyserver.Tests.Unit.Authentication;

/// <summary>Malformed signatures, on both curves.</summary>
internal static partial class TokenCatalogue
{
    private const string OrderK256 = "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141";
    private const string OrderP256 = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

    private static IEnumerable<KeyValuePair<string, Row>> Signatures()
    {
        foreach (var (curve, order) in new[] { (EcCurve.Secp256k1, OrderK256), (EcCurve.P256, OrderP256) })
        {
            byte[] zero = new byte[32], n = Convert.FromHexString(order), beyond = [.. n[..^1], (byte)(n[^1] + 1)];
            byte[] most = [.. Enumerable.Repeat((byte)255, 32)];
            (string What, Func<byte[], byte[]> Spoil)[] rows =
            [
                ("is empty", _ => []),
                ("has 1 byte", s => s[..1]),
                ("has 32 bytes", s => s[..32]),
                ("has 63 bytes", s => s[..63]),
                ("has 63 bytes, the first one gone", s => s[1..]),
                ("has 65 bytes", s => [.. s, 0]),
                ("has 65 bytes, the first one zero", s => [0, .. s]),
                ("has 65 bytes with a recovery id", s => [.. s, 1]),
                ("has 96 bytes", s => [.. s, .. zero]),
                ("has 128 bytes, twice the same", s => [.. s, .. s]),
                ("is DER", Der),
                ("is DER without its sequence", s => Der(s)[2..]),
                ("is zero", _ => new byte[64]),
                ("has r zero", s => [.. zero, .. s[32..]]),
                ("has s zero", s => [.. s[..32], .. zero]),
                ("has r = n", s => [.. n, .. s[32..]]),
                ("has s = n", s => [.. s[..32], .. n]),
                ("has r = n and s = n", _ => [.. n, .. n]),
                ("has r = n + 1", s => [.. beyond, .. s[32..]]),
                ("has s = n + 1", s => [.. s[..32], .. beyond]),
                ("has r = 2^256 - 1", s => [.. most, .. s[32..]]),
                ("has s = 2^256 - 1", s => [.. s[..32], .. most]),
            ];
            foreach (var (what, spoil) in rows)
            {
                yield return KeyValuePair.Create($"the signature {what}, {curve}", new Row(
                    auth => "Bearer "
                        + Token.WithSignature(Good(auth, curve), spoil(Token.SignatureOf(Good(auth, curve)))),
                    ErrorName.BadJwtSignature));
            }
        }
    }

    private static string Good(TestAuth auth, EcCurve curve) => curve == EcCurve.Secp256k1
        ? new Token().Sign(auth.Key)
        : new Token { Alg = "\"ES256\"", Iss = $"\"{Documents.Web}\"" }.Sign(auth.WebKey);

    private static byte[] Der(byte[] signature)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(new BigInteger(signature.AsSpan(0, 32), isUnsigned: true, isBigEndian: true));
            writer.WriteInteger(new BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true));
        }

        return writer.Encode();
    }
}
