namespace AtpKeyserver.Emulators.Atproto;

/// <summary>The curve of an account's signing key. <see href="https://atproto.com/specs/cryptography"/></summary>
public enum AccountCurve
{
    /// <summary>The token's <c>alg</c> is <c>ES256K</c>.</summary>
    Secp256k1,

    /// <summary>The token's <c>alg</c> is <c>ES256</c>.</summary>
    P256,
}
