using System.Numerics;
using System.Security.Cryptography;
using SimpleBase;

namespace AtpKeyserver.Emulators.Atproto.Accounts;

/// <summary>
/// An ECDSA key on one of AT Protocol's two curves. <see href="https://atproto.com/specs/cryptography"/>
/// </summary>
internal sealed class SigningKey : IDisposable
{
    private const string Secp256k1 = "1.3.132.0.10";
    private const int ScalarBytes = 32;

    /// <summary>SEC 2 section 2.4.1 and FIPS 186-4 section D.1.2.3.</summary>
    private static readonly BigInteger OrderOfSecp256k1 =
        Number(Convert.FromHexString("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141"));

    private static readonly BigInteger OrderOfP256 =
        Number(Convert.FromHexString("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551"));

    private readonly ECDsa _key;
    private readonly Lock _use = new();

    private SigningKey(AccountCurve curve, ECDsa key)
    {
        Curve = curve;
        _key = key;
        Multibase = Encode(curve, key.ExportParameters(includePrivateParameters: false).Q);
    }

    public AccountCurve Curve { get; }

    /// <summary><c>z</c>, followed by base58btc of the curve's prefix and the compressed point.</summary>
    public string Multibase { get; }

    /// <summary>The <c>alg</c> of the key's tokens.</summary>
    public string Algorithm => Curve == AccountCurve.Secp256k1 ? "ES256K" : "ES256";

    public static SigningKey Create(AccountCurve curve) =>
        new(curve, ECDsa.Create(
            curve == AccountCurve.Secp256k1 ? ECCurve.CreateFromValue(Secp256k1) : ECCurve.NamedCurves.nistP256));

    public static SigningKey Import(AccountCurve curve, ReadOnlySpan<byte> pkcs8)
    {
        var key = ECDsa.Create();
        key.ImportPkcs8PrivateKey(pkcs8, out _);
        return new SigningKey(curve, key);
    }

    public byte[] Export()
    {
        lock (_use)
            return _key.ExportPkcs8PrivateKey();
    }

    /// <summary>Signs SHA-256 of the data: 64 bytes, r then s, with the low s or the high s.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data, bool highS)
    {
        var signature = new byte[2 * ScalarBytes];
        lock (_use)
            _key.SignData(data, signature, HashAlgorithmName.SHA256,
                DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        var order = Curve == AccountCurve.Secp256k1 ? OrderOfSecp256k1 : OrderOfP256;
        var s = Number(signature.AsSpan(ScalarBytes));
        if (s > order / 2 == highS)
            return signature;
        var other = (order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        signature.AsSpan(ScalarBytes).Clear();
        other.CopyTo(signature, signature.Length - other.Length);
        return signature;
    }

    public void Dispose() => _key.Dispose();

    private static BigInteger Number(ReadOnlySpan<byte> bytes) => new(bytes, isUnsigned: true, isBigEndian: true);

    private static string Encode(AccountCurve curve, ECPoint point)
    {
        ReadOnlySpan<byte> prefix = curve == AccountCurve.Secp256k1 ? [0xe7, 0x01] : [0x80, 0x24];
        var sign = (byte)(2 + (point.Y![^1] & 1));
        return "z" + Base58.Bitcoin.Encode([.. prefix, sign, .. point.X!]);
    }
}
