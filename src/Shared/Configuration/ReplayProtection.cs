namespace AtpKeyserver.Configuration;

/// <summary>
/// Which calls may use each token only once. Off by default because clients reuse a token for its 60 s.
/// </summary>
public enum ReplayProtection
{
    Off,

    /// <summary>One change per token.</summary>
    Procedures,

    /// <summary>One call per token.</summary>
    All,
}
