namespace AtpKeyserver.Client;

/// <summary>An entry of an access log: a read of a secret or a change, granted or denied.</summary>
/// <param name="Action">
/// <c>read</c>, <c>create</c>, <c>rotate</c>, <c>add_member</c>, <c>remove_member</c>, <c>add_delegate</c>,
/// <c>remove_delegate</c>, <c>delete</c> or <c>export</c>.
/// </param>
/// <param name="Did">The caller.</param>
/// <param name="AccessedAt">UTC.</param>
/// <param name="Outcome"><c>granted</c> or <c>denied</c>.</param>
/// <param name="Version">The key version, if the action has one.</param>
/// <param name="Target">The member or delegate that the action changed, if any.</param>
/// <param name="Ip">The caller's address or its network, depending on the server's settings.</param>
/// <param name="UserAgent">The caller's <c>User-Agent</c>.</param>
/// <param name="Reason">The caller's reason for a rotation, up to 256 characters. Display it as untrusted text.</param>
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
