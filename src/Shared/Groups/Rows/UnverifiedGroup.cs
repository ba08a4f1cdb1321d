using AtpKeyserver.Storage;
using AtpKeyserver.Versions.Rows;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>The head row of a group that exists or was deleted, not verified.</summary>
public sealed record UnverifiedGroup(TableEntity Row) : UnverifiedRow(Row)
{
    /// <summary>When the active version was created; null for a deleted group.</summary>
    /// <exception cref="Errors.TamperedException">A column is missing or invalid.</exception>
    public DateTimeOffset? ActiveCreated =>
        GroupHead.IsActive(Row) ? KeyVersionColumns.ReadActive(Row, Tables.GroupsName).Created : null;
}
