namespace AtpKeyserver.Client;

/// <summary>What a call changed for one account.</summary>
/// <param name="MemberDid">The account.</param>
/// <param name="Status">What changed.</param>
public sealed record MemberChange(string MemberDid, MemberChangeStatus Status);
