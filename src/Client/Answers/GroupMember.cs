namespace AtpKeyserver.Client;

/// <summary>An account that may read a group's key.</summary>
/// <param name="Did">The member.</param>
/// <param name="AddedAt">UTC.</param>
/// <param name="AddedBy">The owner or delegate who added the member.</param>
public sealed record GroupMember(string Did, DateTimeOffset AddedAt, string AddedBy);
