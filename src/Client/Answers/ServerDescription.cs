namespace AtpKeyserver.Client;

/// <summary>What a keyserver allows, from its running settings.</summary>
/// <param name="Did">Its DID.</param>
/// <param name="Version">Of the software.</param>
/// <param name="Limits">What one caller may do.</param>
/// <param name="AccessLogRetentionDays">How long log entries are kept.</param>
/// <param name="Features">
/// What it can do; ignore names that you don't know. <c>readOnly</c> and <c>offline</c>: changes, or everything, are
/// off for now.
/// </param>
/// <param name="IpAddresses">How addresses are logged: <c>off</c>, <c>truncated</c> or <c>full</c>.</param>
public sealed record ServerDescription(
    string Did,
    string Version,
    ServerLimits Limits,
    int AccessLogRetentionDays,
    IReadOnlyList<string> Features,
    string? IpAddresses = null);
