using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions.Rows;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups.Rows;

/// <summary>
/// A head row as stored, not verified: the <see cref="GroupHead"/> of a group, or the <see cref="GroupTombstone"/> of a
/// deleted one. The row itself names the key that verifies it; with a wrong name, verification fails.
/// </summary>
public sealed record UnverifiedGroup(TableEntity Row) : UnverifiedRow(Row)
{
    public bool IsTombstone =>
        UnverifiedColumns.Get<string>(Row, Tables.GroupsName, GroupHead.StateColumn) != GroupHead.ActiveState;

    /// <summary>The id of the group; not in a tombstone.</summary>
    /// <exception cref="TamperedException">The row holds no id.</exception>
    public string Id => UnverifiedColumns.Get<string>(Row, Tables.GroupsName, GroupHead.IdColumn);

    /// <summary>The generation of the account key that verifies a head.</summary>
    public int Generation => UnverifiedColumns.GenerationOf(Row, Tables.GroupsName);

    /// <summary>When the active version was created; null for a deleted group.</summary>
    /// <exception cref="TamperedException">A column is missing or invalid.</exception>
    public DateTimeOffset? ActiveCreated =>
        IsTombstone ? null : KeyVersionColumns.ReadActive(Row, Tables.GroupsName).Created;

    public ETag ETag => Row.ETag;

    /// <param name="key">The owner's account key.</param>
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public GroupHead Verify(SealingKey key) => GroupHead.Verify(Row, key);

    /// <exception cref="TamperedException">The row failed verification.</exception>
    public GroupTombstone VerifyTombstone(SealingKey root) => GroupTombstone.Verify(Row, root);

    /// <summary>
    /// A tombstone for a group whose owner's key was destroyed: the head can no longer be verified, so only its numbers
    /// are used.
    /// </summary>
    /// <exception cref="TamperedException">A number is missing or invalid.</exception>
    public GroupTombstone ToTombstone() => new(
        Partition,
        UnverifiedColumns.Get<int>(Row, Tables.GroupsName, nameof(GroupHead.Incarnation)),
        checked(UnverifiedColumns.Get<long>(Row, Tables.GroupsName, nameof(GroupHead.Epoch)) + 1),
        KeyVersionColumns.ReadActive(Row, Tables.GroupsName).Version,
        IsSwept: false,
        Row.ETag);
}
