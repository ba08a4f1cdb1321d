namespace AtpKeyserver.Tlog;

/// <summary>Whether a policy accepts a checkpoint.</summary>
public enum PolicyStatus
{
    /// <summary>A log of the policy signed it, and a quorum cosigned it.</summary>
    Accepted,

    /// <summary>The note is no checkpoint.</summary>
    NotACheckpoint,

    /// <summary>The policy lists logs, and none of them with this origin signed it.</summary>
    UnknownLog,

    /// <summary>A signature that names a log or witness of the policy is not valid.</summary>
    InvalidSignature,

    /// <summary>Too few witnesses cosigned it in the accepted time.</summary>
    NoQuorum,
}
