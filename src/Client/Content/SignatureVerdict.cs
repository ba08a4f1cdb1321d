namespace AtpKeyserver.Client;

/// <summary>What a signature is worth.</summary>
public enum SignatureVerdict
{
    /// <summary>It is not that account's signature of that data, or no signature.</summary>
    Invalid,

    /// <summary>The account has no key of that version, or no keypair any more.</summary>
    UnknownKey,

    /// <summary>
    /// It is right, by a key that was replaced: good if the data is as old as that key, and nothing for new data.
    /// </summary>
    RevokedKey,

    /// <summary>It is right, by the account's active key.</summary>
    Valid,
}
