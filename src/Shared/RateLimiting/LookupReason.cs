namespace AtpKeyserver.RateLimiting;

/// <summary>Why a DID document is looked up; each reason has its own budgets.</summary>
public enum LookupReason
{
    /// <summary>An unauthenticated request for a public key.</summary>
    PublicKey,

    /// <summary>The issuer of a token.</summary>
    Token,

    /// <summary>A token's signature does not match the cached key, which may have changed.</summary>
    ChangedKey,
}
