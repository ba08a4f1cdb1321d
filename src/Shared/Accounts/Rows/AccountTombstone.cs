using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts.Rows;

/// <summary>
/// Replaces the row of a deleted account, signed by the keyring's root. Holds the deletion time and the numbers that
/// must never be reused. It identifies nobody: the partition is a keyed hash.
/// </summary>
/// <param name="Partition">The account's partition.</param>
/// <param name="Generation">The last generation of the account's key; 0 if it never had one.</param>
/// <param name="KeypairVersion">The last version of its keypair; 0 if it had none.</param>
/// <param name="KeypairVersions">How many versions of the keypair were deleted.</param>
/// <param name="DeletedAt">When the key was destroyed.</param>
/// <param name="IsSwept">Whether nothing of the account is left anywhere.</param>
/// <param name="ETag">The ETag of the row.</param>
public sealed record AccountTombstone(
    string Partition,
    int Generation,
    int KeypairVersion,
    int KeypairVersions,
    DateTimeOffset DeletedAt,
    bool IsSwept,
    ETag? ETag)
{
    /// <summary>How long after its deletion an account cannot be recreated.</summary>
    public static readonly TimeSpan BlockTime = TimeSpan.FromHours(2);

    private const string Table = Tables.AccountsName;

    /// <summary>For a DID that never had an account.</summary>
    public static AccountTombstone OfMissing(string partition) => new(
        partition, Generation: 0, KeypairVersion: 0, KeypairVersions: 0, default, IsSwept: false, ETag: null);

    /// <summary>For an existing account.</summary>
    /// <param name="account">The account.</param>
    /// <param name="keypairVersion">The last version of its keypair.</param>
    public static AccountTombstone Of(Account account, int keypairVersion) => new(
        account.Partition,
        account.Key.Number,
        keypairVersion,
        // Versions are numbered consecutively, so nothing has to be counted.
        keypairVersion - account.FormerKeypairVersion,
        default,
        IsSwept: false,
        account.Row.ETag);

    /// <exception cref="TamperedException">The row failed verification.</exception>
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

    /// <summary>Whether the account cannot be recreated yet.</summary>
    public bool Blocks(DateTimeOffset now) => !IsSwept || now - DeletedAt < BlockTime;

    public static KeyserverException Refusal() =>
        new(ErrorName.AccountDeleted, "This account was deleted; it can be recreated two hours after its deletion.");
}
