using System.Security.Cryptography;

namespace AtpKeyserver.Identity.Signatures;

/// <summary>
/// The public signing key of an account, <c>#atproto</c> in its DID document, read and checked once per DID. Safe for concurrent use.
/// <see cref="DidResolver"/> hands out the same object until the account has another key, so that what was verified with it can be tied to
/// it.
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
        _verifier = curve == EcCurve.Secp256k1 && LibSecp256k1.IsLoaded ? new Secp256k1Verifier(xy) : new FrameworkVerifier(curve, xy);
    }

    /// <summary>What verifies ES256K here, for the log at start.</summary>
    public static string Es256kLibrary => LibSecp256k1.IsLoaded ? "libsecp256k1" : "System.Security.Cryptography";

    public EcCurve Curve { get; }

    /// <summary>Reads a point of 33 (compressed) or 65 bytes; null if it is not a point of the curve.</summary>
    public static AtprotoKey? FromPoint(EcCurve curve, ReadOnlySpan<byte> point)
    {
        var xy = new byte[2 * CurveDomain.Size];
        return EcPoint.TryRead(curve, point, xy) ? new AtprotoKey(curve, xy) : null;
    }

    /// <summary>
    /// Whether <paramref name="signature"/> is this key's over <paramref name="hash"/> (SHA-256, 32 bytes): 64 bytes <c>r ‖ s</c>, RFC 7518
    /// section 3.4, each in 1…n−1. A high s is accepted, DER is not.
    /// </summary>
    public bool Verify(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature) =>
        CurveDomain.Of(Curve).IsSignature(signature) && _verifier.Verify(hash, signature);

    /// <summary>Whether both are the same point of the same curve.</summary>
    public bool IsSameAs(AtprotoKey other) => Curve == other.Curve && CryptographicOperations.FixedTimeEquals(_xy, other._xy);
}
