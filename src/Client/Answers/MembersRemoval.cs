namespace AtpKeyserver.Client;

/// <summary>The result of <see cref="KeyserverGroups.RemoveMembersAsync"/>.</summary>
/// <param name="Members">The accounts, in the order of the call.</param>
/// <param name="NewVersion">
/// The active version, if the key was rotated: only if requested, and if an account was removed.
/// </param>
public sealed record MembersRemoval(IReadOnlyList<MemberChange> Members, int? NewVersion = null);
