namespace AtpKeyserver.RateLimiting;

/// <summary>What a look-up of a DID document is for; budgets treat the reasons differently.</summary>
public enum LookupReason
{
    /// <summary>Somebody without a token asked for a public key.</summary>
    PublicKey,

    /// <summary>A token names the DID as its issuer.</summary>
    Token,

    /// <summary>A token's signature fails with the known key, which the account may have changed.</summary>
    ChangedKey,
}
