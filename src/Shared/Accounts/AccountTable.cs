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
    /// <summary>Rows are shared by who asks at the same time: nobody may change one.</summary>
    private readonly CoalescedReads<string, TableEntity?> _rows = new(
        (partition, cancellation) => tables.Accounts.GetAsync(partition, RowKeys.Account(partition), cancellation));

    public Table Table => tables.Accounts;

    /// <summary>The account as it is after this call, or what stays of a deleted one; neither where this DID never had one.</summary>
    public async Task<(Account? Account, AccountTombstone? Tombstone)> ReadAsync(Did did, CancellationToken cancellation)
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
    /// What stays of a deleted account, as it is after this call. Null where there is an account or never was one: its
    /// key is not opened for this, so that it costs one read and never a call to the vault.
    /// </summary>
    public async Task<AccountTombstone?> FindTombstoneAsync(Did did, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(did, cancellation);
        return await _rows.ReadAsync(partition, cancellation) is { } row && !AccountRow.IsActive(row)
            ? AccountTombstone.Verify(row, await keyring.RootAsync(cancellation))
            : null;
    }

    /// <summary>Whose account stands in this partition; null where none does.</summary>
    /// <exception cref="TamperedException">The row names somebody else.</exception>
    public async Task<Did?> FindDidAsync(string partition, CancellationToken cancellation)
    {
        if (await Table.GetAsync(partition, RowKeys.Account(partition), cancellation) is not { } row || !AccountRow.IsActive(row))
            return null;
        return Did.TryParse(Account.UnverifiedDid(row), allowLocalhost: true, out var did) && await partitions.OfAsync(did, cancellation) == partition
            ? did
            : throw TamperedException.At(Table.Name, "a row names another account");
    }

    /// <summary>Makes the account, in the place of its tombstone where there is one. Whoever else does so at the same time may be faster.</summary>
    public async Task CreateAsync(Did did, AccountTombstone? before, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(did, cancellation);
        var shardKey = await keyring.ForSealingAsync(did, cancellation);
        var row = NewRow(partition, did, before, shardKey);
        _ = before is null
            ? await Table.TryInsertAsync(row, cancellation)
            : await Table.TryReplaceAsync(row, before.ETag!.Value, cancellation);
    }

    private TableEntity NewRow(string partition, Did did, AccountTombstone? before, SealingKey shardKey)
    {
        using var key = Secret.Random();
        return Account.NewRow(partition, did, before, shardKey, key.Reveal(), clock.GetUtcNow());
    }
}
