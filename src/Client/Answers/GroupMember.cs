namespace AtpKeyserver.Client;

/// <summary>Somebody who may read a group's key.</summary>
/// <param name="Did">Who.</param>
/// <param name="AddedAt">UTC.</param>
/// <param name="AddedBy">The owner or a delegate.</param>
public sealed record GroupMember(string Did, DateTimeOffset AddedAt, string AddedBy);
