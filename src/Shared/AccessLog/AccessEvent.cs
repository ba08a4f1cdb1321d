using AtpKeyserver.Identifiers;

namespace AtpKeyserver.AccessLog;

/// <summary>One thing that happened to a group or a keypair.</summary>
/// <param name="Subject">The group id, or the DID that owns the keypair.</param>
/// <param name="Action">What was done.</param>
/// <param name="By">Who did it.</param>
/// <param name="Version">The key version concerned.</param>
/// <param name="Target">The member or delegate concerned.</param>
/// <param name="Targets">The members concerned, instead of one; each gets an entry.</param>
/// <param name="Reason">The caller's reason for a rotation: at most 256 characters and 768 bytes.</param>
public sealed record AccessEvent(
    string Subject,
    AccessAction Action,
    Caller By,
    int? Version = null,
    string? Target = null,
    string? Reason = null,
    IReadOnlyList<string>? Targets = null);
