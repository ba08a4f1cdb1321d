namespace AtpKeyserver.Client;

/// <summary>A line of an access log: a read of a secret or a change, also one that was denied.</summary>
/// <param name="Action">
/// <c>read</c>, <c>create</c>, <c>rotate</c>, <c>add_member</c>, <c>remove_member</c>, <c>add_delegate</c>,
/// <c>remove_delegate</c>, <c>delete</c> or <c>export</c>.
/// </param>
/// <param name="Did">Who.</param>
/// <param name="AccessedAt">UTC.</param>
/// <param name="Outcome"><c>granted</c> or <c>denied</c>.</param>
/// <param name="Version">Of the key, where there is one.</param>
/// <param name="Target">Whom it was done to, where there is somebody.</param>
/// <param name="Ip">The address or its network, as the server's settings say.</param>
/// <param name="UserAgent">What the caller's program calls itself.</param>
/// <param name="Reason">
/// Why a key was rotated, in the caller's words: up to 256 characters. Show it as untrusted text.
/// </param>
public sealed record AccessLogEntry(
    string Action,
    string Did,
    DateTimeOffset AccessedAt,
    string Outcome,
    int? Version = null,
    string? Target = null,
    string? Ip = null,
    string? UserAgent = null,
    string? Reason = null);
