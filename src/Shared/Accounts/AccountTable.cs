using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts;

/// <summary>The account rows of the accounts table, opened and verified.</summary>
public sealed class AccountTable(Tables tables, Keyring keyring, PartitionKeys partitions, TimeProvider clock)
{
    /// <summary>Concurrent callers share a row, so it must not be changed.</summary>
    private readonly CoalescedReads<string, TableEntity?> _rows = new(
        (partition, cancellation) => tables.Accounts.GetAsync(partition, RowKeys.Account(partition), cancellation));

    /// <summary>
    /// The account, or the tombstone of a deleted one, read after this call began; neither if this DID never had one.
    /// </summary>
    public async Task<(Account? Account, AccountTombstone? Tombstone)> ReadAsync(
        Did did, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(did, cancellation);
        if (await _rows.ReadAsync(partition, cancellation) is not { } row)
            return (null, null);
        if (!AccountRow.IsActive(row))
            return (null, AccountTombstone.Verify(row, await keyring.RootAsync(cancellation)));
        var shardKey = await keyring.ForOpeningAsync(Account.SealedKey(row), cancellation);
        return (Account.Verify(row, did, shardKey), null);
    }

    /// <summary>
    /// The tombstone of a deleted account, read after this call began. Null if the account exists or never did: its key
    /// is not opened here, so that this costs one read and never a vault call.
    /// </summary>
    public async Task<AccountTombstone?> FindTombstoneAsync(Did did, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(did, cancellation);
        return await _rows.ReadAsync(partition, cancellation) is { } row && !AccountRow.IsActive(row)
            ? AccountTombstone.Verify(row, await keyring.RootAsync(cancellation))
            : null;
    }

    /// <summary>The DID of the account in this partition; null if there is none.</summary>
    /// <exception cref="TamperedException">The row names another account.</exception>
    public async Task<Did?> FindDidAsync(string partition, CancellationToken cancellation)
    {
        if (await tables.Accounts.GetAsync(partition, RowKeys.Account(partition), cancellation) is not { } row
            || !AccountRow.IsActive(row))
            return null;
        return Did.TryParse(Account.UnverifiedDid(row), allowLocalhost: true, out var did)
            && await partitions.OfAsync(did, cancellation) == partition
            ? did
            : throw TamperedException.At(Tables.AccountsName, "a row names another account");
    }

    /// <summary>Creates the account, or replaces its tombstone. A concurrent call may do it first.</summary>
    public async Task CreateAsync(Did did, AccountTombstone? tombstone, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(did, cancellation);
        var shardKey = await keyring.ForSealingAsync(did, cancellation);
        var row = NewRow(partition, did, tombstone, shardKey);
        _ = tombstone is null
            ? await tables.Accounts.TryInsertAsync(row, cancellation)
            : await tables.Accounts.TryReplaceAsync(row, tombstone.ETag!.Value, cancellation);
    }

    /// <summary>The rows of all accounts, also deleted ones, after this partition.</summary>
    public IAsyncEnumerable<UnverifiedAccount> ScanAsync(string after, CancellationToken cancellation) =>
        tables.Accounts.ScanAsync(RowKeys.AccountPrefix, cancellation, after).Select(row => new UnverifiedAccount(row));

    /// <summary>
    /// Seals the account's key under the current version of its shard key; false if it already is, or if there is no
    /// account.
    /// </summary>
    /// <param name="account">The account as found by a scan. It is read again if it changed since.</param>
    /// <param name="current">The numbers of the current keys by shard.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public async Task<bool> ResealAsync(
        UnverifiedAccount account, IReadOnlyDictionary<int, int> current, CancellationToken cancellation)
    {
        for (var found = account; found?.ShardKey is { } number;)
        {
            if (!current.TryGetValue(Keyring.ShardOf(number), out var newest) || newest <= number)
                return false;
            var from = await keyring.OfNumberAsync(number, cancellation);
            var next = Account.Reseal(found.Row, from, await keyring.OfNumberAsync(newest, cancellation));
            if (await tables.Accounts.TryReplaceAsync(next, found.Row.ETag, cancellation))
                return true;
            var row = await tables.Accounts.GetAsync(account.Partition, account.Row.RowKey, cancellation);
            found = row is null ? null : new UnverifiedAccount(row);
        }

        return false;
    }

    private TableEntity NewRow(string partition, Did did, AccountTombstone? tombstone, SealingKey shardKey)
    {
        using var key = Secret.Random();
        return Account.NewRow(partition, did, tombstone, shardKey, key.Reveal(), clock.GetUtcNow());
    }
}
