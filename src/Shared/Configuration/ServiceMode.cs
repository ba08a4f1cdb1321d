namespace AtpKeyserver.Configuration;

/// <summary>The kill switch: limits what the server does.</summary>
public enum ServiceMode
{
    Normal,

    /// <summary>
    /// Reads are served and logged; changes and implicit creation are rejected. Log retention and event draining
    /// continue.
    /// </summary>
    ReadOnly,

    /// <summary>Only server metadata is served; storage is neither read nor written.</summary>
    Offline,
}
