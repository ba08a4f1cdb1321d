namespace AtpKeyserver.Client;

/// <summary>The result of a verification.</summary>
public enum SignatureVerdict
{
    /// <summary>Not a valid signature of this data by this account.</summary>
    Invalid,

    /// <summary>The account has no key of this version, or no keypair.</summary>
    UnknownKey,

    /// <summary>
    /// Valid, but made with a replaced key. Accept it only for data that is older than the replacement.
    /// </summary>
    RevokedKey,

    /// <summary>Valid, and made with the account's active key.</summary>
    Valid,
}
