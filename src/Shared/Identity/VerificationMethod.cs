using System.Buffers;
using AtpKeyserver.Identity.Signatures;
using SimpleBase;

namespace AtpKeyserver.Identity;

/// <summary>
/// Key formats of verification methods. <c>Multikey</c>: <c>z</c>, then base58btc of a two-byte multicodec prefix
/// (<c>e7 01</c> secp256k1, <c>80 24</c> P-256) and a 33-byte compressed point. Two legacy types name the curve and
/// encode a point of 33 or 65 bytes. <see href="https://atproto.com/specs/cryptography"/>
/// </summary>
internal static class VerificationMethod
{
    /// <summary>
    /// <c>z</c> and 65 bytes in base58, at most 89 characters. Decoding takes quadratic time, so longer text is
    /// rejected.
    /// </summary>
    private const int MaxTextLength = 90;

    private const int PrefixSize = 2;

    /// <summary>The decoder throws for non-ASCII characters.</summary>
    private static readonly SearchValues<char> Base58Letters =
        SearchValues.Create("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz");

    /// <summary>The key; null for an unknown type, malformed text or a point that is not on the curve.</summary>
    public static AtprotoKey? ReadKey(string type, string publicKeyMultibase)
    {
        if (publicKeyMultibase.Length is < 2 or > MaxTextLength || publicKeyMultibase[0] != 'z')
            return null;
        var text = publicKeyMultibase.AsSpan(1);
        Span<byte> buffer = stackalloc byte[MaxTextLength];
        if (text.ContainsAnyExcept(Base58Letters) || !Base58.Bitcoin.TryDecode(text, buffer, out var length))
            return null;
        var bytes = buffer[..length];
        return type switch
        {
            "Multikey" => ReadMultikey(bytes),
            "EcdsaSecp256k1VerificationKey2019" => AtprotoKey.FromPoint(EcCurve.Secp256k1, bytes),
            "EcdsaSecp256r1VerificationKey2019" => AtprotoKey.FromPoint(EcCurve.P256, bytes),
            _ => null,
        };
    }

    private static AtprotoKey? ReadMultikey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != PrefixSize + EcPoint.CompressedSize)
            return null;
        return (bytes[0], bytes[1]) switch
        {
            (0xe7, 0x01) => AtprotoKey.FromPoint(EcCurve.Secp256k1, bytes[PrefixSize..]),
            (0x80, 0x24) => AtprotoKey.FromPoint(EcCurve.P256, bytes[PrefixSize..]),
            _ => null,
        };
    }
}
