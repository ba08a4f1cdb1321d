namespace AtpKeyserver.Configuration;

/// <summary>Which calls a token is good for once only. Clients use one token for its 60 s, so this is off by default.</summary>
public enum ReplayProtection
{
    Off,

    /// <summary>Each token is good for one change.</summary>
    Procedures,

    /// <summary>Each token is good for one call.</summary>
    All,
}
