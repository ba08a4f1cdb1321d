using System.Globalization;
using System.Numerics;
using System.Security.Cryptography;

namespace AtpKeyserver.Identity.Signatures;

/// <summary>
/// Domain parameters of a curve <c>y² = x³ + ax + b (mod p)</c> of prime order n (SEC 2 sections 2.4.1 and 2.4.2). For
/// both curves p ≡ 3 (mod 4). All values are public, so constant time is not needed.
/// <see href="https://www.secg.org/sec2-v2.pdf"/>
/// </summary>
internal sealed class CurveDomain
{
    /// <summary>Bytes of a field element and of a scalar.</summary>
    public const int Size = 32;

    /// <summary>Bytes of a signature <c>r ‖ s</c>, RFC 7518 section 3.4.</summary>
    public const int SignatureSize = 2 * Size;

    private static readonly CurveDomain Secp256k1 = new(
        oid: "1.3.132.0.10",
        p: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFC2F",
        a: BigInteger.Zero,
        b: "0000000000000000000000000000000000000000000000000000000000000007",
        n: "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141");

    private static readonly CurveDomain P256 = new(
        oid: "1.2.840.10045.3.1.7",
        p: "FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF",
        a: -3,
        b: "5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B",
        n: "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");

    private readonly BigInteger _p;
    private readonly BigInteger _a;
    private readonly BigInteger _b;
    private readonly byte[] _n;

    private CurveDomain(string oid, string p, BigInteger a, string b, string n)
    {
        Named = ECCurve.CreateFromValue(oid);
        _p = Parse(p);
        _a = a;
        _b = Parse(b);
        _n = Convert.FromHexString(n);
    }

    public ECCurve Named { get; }

    public static CurveDomain Of(EcCurve curve) => curve == EcCurve.Secp256k1 ? Secp256k1 : P256;

    /// <summary>
    /// Whether <paramref name="signature"/> is <c>r ‖ s</c> with both in 1…n−1, independent of how a library treats
    /// zeros. High s is allowed because atproto implementations produce it.
    /// </summary>
    public bool IsSignature(ReadOnlySpan<byte> signature) =>
        signature.Length == SignatureSize && IsScalar(signature[..Size]) && IsScalar(signature[Size..]);

    /// <summary>Whether x and y are reduced and on the curve.</summary>
    public bool Contains(BigInteger x, BigInteger y) => x < _p && y < _p && (y * y - RightSide(x)) % _p == 0;

    /// <summary>Finds the y of the given parity for <paramref name="x"/>; false if there is none.</summary>
    public bool TryFindY(BigInteger x, bool odd, out BigInteger y)
    {
        y = default;
        if (x >= _p)
            return false;
        // p ≡ 3 (mod 4): if a square root exists, this is one.
        y = BigInteger.ModPow(RightSide(x), (_p + 1) / 4, _p);
        if (!Contains(x, y))
            return false;
        if (y.IsEven == odd)
            y = _p - y;
        return true;
    }

    private BigInteger RightSide(BigInteger x)
    {
        var rest = (x * x * x + _a * x + _b) % _p;
        return rest.Sign < 0 ? rest + _p : rest;
    }

    private bool IsScalar(ReadOnlySpan<byte> scalar) =>
        scalar.ContainsAnyExcept((byte)0) && scalar.SequenceCompareTo(_n) < 0;

    private static BigInteger Parse(string hex) =>
        BigInteger.Parse("0" + hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
