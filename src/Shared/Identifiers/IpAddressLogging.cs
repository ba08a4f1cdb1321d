namespace AtpKeyserver.Identifiers;

/// <summary>How much of a client's address the access log keeps.</summary>
public enum IpAddressLogging
{
    Off,

    /// <summary>The /24 of an IPv4 address, the /48 of an IPv6 address.</summary>
    Truncated,

    Full,
}
