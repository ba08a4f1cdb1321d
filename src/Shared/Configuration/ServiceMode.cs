namespace AtpKeyserver.Configuration;

/// <summary>What the server does at all: the kill switch.</summary>
public enum ServiceMode
{
    Normal,

    /// <summary>Keys are read, and each read is logged; nothing is changed or made. Retention and the draining of events go on.</summary>
    ReadOnly,

    /// <summary>Only what the server says of itself is answered. Nothing is read for anybody, and nothing is written.</summary>
    Offline,
}
