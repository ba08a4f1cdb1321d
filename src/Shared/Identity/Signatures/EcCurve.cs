namespace AtpKeyserver.Identity.Signatures;

/// <summary>
/// The two curves of atproto signing keys: secp256k1 signs <c>ES256K</c>, P-256 signs <c>ES256</c>.
/// <see href="https://atproto.com/specs/cryptography"/>
/// </summary>
public enum EcCurve
{
    Secp256k1,
    P256,
}
