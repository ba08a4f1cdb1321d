using Azure;

namespace AtpKeyserver.Groups.Rows;

/// <summary>A row of the index of an account's groups.</summary>
/// <param name="Account">The partition key of the account.</param>
/// <param name="Role">One of the constants of <see cref="Memberships"/>.</param>
/// <param name="Group">The partition key of the group.</param>
/// <param name="ETag">The ETag of the row.</param>
public sealed record Membership(string Account, string Role, string Group, ETag ETag);
