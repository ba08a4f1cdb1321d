namespace AtpKeyserver.Tlog;

/// <summary>What a note says about a key.</summary>
public enum SignatureStatus
{
    /// <summary>The note has no signature by the key.</summary>
    Missing,

    /// <summary>Every signature by the key is valid.</summary>
    Valid,

    /// <summary>A signature that names the key is not valid: signed-note says to reject the whole note.</summary>
    Invalid,
}
