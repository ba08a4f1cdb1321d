using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts;

/// <summary>
/// What stays of a deleted account, in its row's place and signed by the keyring's root: the numbers that must never be used again, and since
/// when. It names nobody: the partition is a keyed hash.
/// </summary>
/// <param name="Partition">Of the account.</param>
/// <param name="Generation">The last generation of the account's key; 0 when it never had one.</param>
/// <param name="KeypairVersion">The last version of its keypair; 0 when it had none.</param>
/// <param name="KeypairVersions">How many versions of the keypair were deleted.</param>
/// <param name="DeletedAt">When the key was destroyed.</param>
/// <param name="IsSwept">Nothing that belonged to the account is left anywhere.</param>
/// <param name="ETag">Of the row that was read.</param>
public sealed record AccountTombstone(
    string Partition, int Generation, int KeypairVersion, int KeypairVersions, DateTimeOffset DeletedAt, bool IsSwept, ETag? ETag)
{
    /// <summary>How long a deleted account is refused.</summary>
    public static readonly TimeSpan Rest = TimeSpan.FromHours(2);

    private const string Table = "accounts";

    /// <exception cref="TamperedException">The row is not as we wrote it.</exception>
    public static AccountTombstone Verify(TableEntity row, SealingKey root)
    {
        RowMac.Verify(row, Table, root);
        return new AccountTombstone(
            row.PartitionKey,
            (int)row[UnverifiedColumns.Generation],
            (int)row[AccountRow.KeypairVersionColumn],
            (int)row[nameof(KeypairVersions)],
            DateTimeOffset.FromUnixTimeMilliseconds((long)row[nameof(DeletedAt)]),
            row.GetString(AccountRow.StateColumn) == AccountRow.Deleted,
            row.ETag);
    }

    public TableEntity ToRow(string changeId, SealingKey root) => RowMac.Sign(
        new TableEntity(Partition, RowKeys.Account(Partition))
        {
            [UnverifiedColumns.Generation] = Generation,
            [AccountRow.StateColumn] = IsSwept ? AccountRow.Deleted : AccountRow.Deleting,
            [AccountRow.KeypairVersionColumn] = KeypairVersion,
            [nameof(KeypairVersions)] = KeypairVersions,
            [nameof(DeletedAt)] = DeletedAt.ToUnixTimeMilliseconds(),
            [PartitionChange.IdColumn] = changeId,
        },
        Table,
        root);

    /// <summary>Whether the account may not start anew yet.</summary>
    public bool Blocks(DateTimeOffset now) => !IsSwept || now - DeletedAt < Rest;

    public static KeyserverException Refusal() =>
        new(ErrorName.AccountDeleted, "This account was deleted here; it may start anew two hours later.");
}
