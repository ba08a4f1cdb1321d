using System.Security.Cryptography;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Fuzz.Engine;
using SimpleBase;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>
/// A line with the type and one with the key. A key is a point of its curve that .NET also accepts, and equals the
/// input.
/// </summary>
internal sealed class VerificationMethodTarget()
    : Target("verification-method", typeof(VerificationMethod), typeof(EcPoint), typeof(CurveDomain))
{
    /// <summary>r = s = 1: well formed, but valid for no key.</summary>
    private static readonly byte[] Signature = [.. new byte[31], 1, .. new byte[31], 1];

    public override int MaxLength => 256;

    public override int Cost => 2;

    public override IEnumerable<string> Words =>
    [
        "Multikey\n", "EcdsaSecp256k1VerificationKey2019\n", "EcdsaSecp256r1VerificationKey2019\n", "z", "zQ3sh",
        "zDnae", "111"
    ];

    public override bool Run(byte[] input)
    {
        var lines = Texts.Of(input).Split('\n', 2);
        if (VerificationMethod.ReadKey(lines[0], lines[^1]) is not { } key)
            return false;
        var bytes = Base58.Bitcoin.Decode(lines[^1].AsSpan(1));
        var point = lines[0] == "Multikey" ? bytes[2..] : bytes;
        FindingException.Unless(key.Curve == CurveOf(lines[0], bytes), "The curve is wrong.");
        FindingException.Unless(
            AtprotoKey.FromPoint(key.Curve, point) is { } again && again.IsSameAs(key), "The point is wrong.");
        FindingException.Unless(!key.Verify(SHA256.HashData(input), Signature), "An invalid signature is accepted.");
        return true;
    }

    private static EcCurve CurveOf(string type, byte[] bytes) => type switch
    {
        "Multikey" => bytes[0] == 0xE7 ? EcCurve.Secp256k1 : EcCurve.P256,
        "EcdsaSecp256k1VerificationKey2019" => EcCurve.Secp256k1,
        _ => EcCurve.P256,
    };
}
