namespace AtpKeyserver.Identifiers;

/// <summary>Who calls: the account its token proved, and what the access log may keep of where the call came from.</summary>
/// <param name="Did">The account.</param>
/// <param name="Ip">As the setting allows: nothing, truncated or full.</param>
/// <param name="UserAgent">At most 256 characters, no control characters; null where none was sent.</param>
public sealed record Caller(Did Did, string? Ip = null, string? UserAgent = null);
