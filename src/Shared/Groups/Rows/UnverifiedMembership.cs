using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>A row of the index from an account to its groups. Such rows have no MAC.</summary>
public sealed record UnverifiedMembership(TableEntity Row) : UnverifiedRow(Row)
{
    /// <summary>The partition key of the group.</summary>
    /// <exception cref="Errors.TamperedException">The row names no valid group.</exception>
    public string Group => Memberships.GroupOf(Row);
}
