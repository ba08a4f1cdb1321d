namespace AtpKeyserver.Client;

/// <summary>A keyserver's limits and features.</summary>
/// <param name="Did">Its DID.</param>
/// <param name="Version">The software's version.</param>
/// <param name="Limits">The limits of a caller.</param>
/// <param name="AccessLogRetentionDays">How long log entries are kept.</param>
/// <param name="Features">
/// The server's features; ignore unknown names. <c>readOnly</c>: changes are disabled. <c>offline</c>: all calls are
/// disabled.
/// </param>
/// <param name="IpAddresses">How addresses are logged: <c>off</c>, <c>truncated</c> or <c>full</c>.</param>
public sealed record ServerDescription(
    string Did,
    string Version,
    ServerLimits Limits,
    int AccessLogRetentionDays,
    IReadOnlyList<string> Features,
    string? IpAddresses = null);
