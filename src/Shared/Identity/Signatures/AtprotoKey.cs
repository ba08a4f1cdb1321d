using System.Security.Cryptography;

namespace AtpKeyserver.Identity.Signatures;

/// <summary>
/// An account's public signing key (<c>#atproto</c> in its DID document). Thread-safe. <see cref="DidResolver"/>
/// returns the same object until the key changes, so that cached verifications can be tied to it.
/// <see href="https://atproto.com/specs/cryptography"/>
/// </summary>
public sealed class AtprotoKey
{
    private readonly byte[] _xy;
    private readonly ISignatureVerifier _verifier;

    private AtprotoKey(EcCurve curve, byte[] xy)
    {
        Curve = curve;
        _xy = xy;
        _verifier = curve == EcCurve.Secp256k1 && LibSecp256k1.IsLoaded
            ? new Secp256k1Verifier(xy)
            : new FrameworkVerifier(curve, xy);
    }

    /// <summary>The library that verifies ES256K, for the startup log.</summary>
    public static string Es256kLibrary => LibSecp256k1.IsLoaded ? "libsecp256k1" : "System.Security.Cryptography";

    public EcCurve Curve { get; }

    /// <summary>Parses a point of 33 (compressed) or 65 bytes; null if it is not on the curve.</summary>
    public static AtprotoKey? FromPoint(EcCurve curve, ReadOnlySpan<byte> point)
    {
        var xy = new byte[2 * CurveDomain.Size];
        return EcPoint.TryRead(curve, point, xy) ? new AtprotoKey(curve, xy) : null;
    }

    /// <summary>
    /// Whether <paramref name="signature"/> is valid for <paramref name="hash"/> (SHA-256, 32 bytes): 64 bytes <c>r ‖
    /// s</c>, RFC 7518 section 3.4, each in 1…n−1. High s is accepted, DER is not.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) =>
        CurveDomain.Of(Curve).IsSignature(signature) && _verifier.Verify(hash, signature);

    /// <summary>Whether both keys are the same point of the same curve.</summary>
    public bool IsSameAs(AtprotoKey other) =>
        Curve == other.Curve && CryptographicOperations.FixedTimeEquals(_xy, other._xy);
}
