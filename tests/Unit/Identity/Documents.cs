using System.Security.Cryptography;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity.Signatures;
using SimpleBase;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>Creates DIDs, keys and DID documents.</summary>
internal static class Documents
{
    public static readonly Did Plc = Parse("did:plc:abcdefghijklmnopqrstuvwx");

    public static readonly Did Web = Parse("did:web:user.example.com");

    public static Did Parse(string did) =>
        Did.TryParse(did, allowLocalhost: true, out var parsed) ? parsed : throw new ArgumentException(did);

    /// <summary>The n-th of many valid did:plc.</summary>
    public static Did NumberedPlc(int n)
    {
        var digits = string.Concat(n.ToString("D8", null).Select(d => (char)('a' + d - '0')));
        return Parse("did:plc:" + digits.PadLeft(24, 'z'));
    }

    public static ECDsa NewKey(EcCurve curve = EcCurve.Secp256k1) => ECDsa.Create(CurveDomain.Of(curve).Named);

    public static EcCurve CurveOf(ECDsa key) =>
        key.ExportParameters(false).Curve.Oid.Value == CurveDomain.Of(EcCurve.Secp256k1).Named.Oid.Value
            ? EcCurve.Secp256k1
            : EcCurve.P256;

    public static byte[] Compressed(ECDsa key)
    {
        var q = key.ExportParameters(false).Q;
        return [(byte)(2 + (q.Y![^1] & 1)), .. q.X!];
    }

    public static byte[] Uncompressed(ECDsa key)
    {
        var q = key.ExportParameters(false).Q;
        return [4, .. q.X!, .. q.Y!];
    }

    public static string Multikey(ECDsa key) => Multikey(CurveOf(key), Compressed(key));

    public static string Multikey(EcCurve curve, byte[] point)
    {
        byte[] prefix = curve == EcCurve.Secp256k1 ? [0xe7, 0x01] : [0x80, 0x24];
        return "z" + Base58.Bitcoin.Encode([.. prefix, .. point]);
    }

    public static string WithKey(Did did, string multikey) => WithMethods(did, Method(did, multikey));

    public static string WithMethods(Did did, params string[] methods) =>
        $$"""{"@context":["https://www.w3.org/ns/did/v1"],"id":"{{did}}","verificationMethod":"""
        + $$"""[{{string.Join(",", methods)}}]}""";

    public static string Method(
        Did did, string key, string? id = null, string type = "Multikey", string? controller = null)
    {
        id ??= did.Value + "#atproto";
        controller ??= did.Value;
        return $$"""{"id":"{{id}}","type":"{{type}}","controller":"{{controller}}","publicKeyMultibase":"{{key}}"}""";
    }
}
