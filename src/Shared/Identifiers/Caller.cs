namespace AtpKeyserver.Identifiers;

/// <summary>The authenticated account and what the access log may keep about its client.</summary>
/// <param name="Did">The account.</param>
/// <param name="Ip">Per <see cref="IpAddressLogging"/>: absent, truncated or full.</param>
/// <param name="UserAgent">At most 256 characters, no control characters; null if the client sent none.</param>
public sealed record Caller(Did Did, string? Ip = null, string? UserAgent = null);
