using System.Collections.Concurrent;
using AtpKeyserver.Accounts;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Crypto;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions.Rows;
using Azure.Data.Tables;

namespace AtpKeyserver.Copies;

/// <summary>Restores accounts and their keypairs.</summary>
internal sealed class AccountRestore(
    Tables tables, IReadOnlyDictionary<int, SealingKey> keys, Tombstones tombstones, RestoreCount count)
{
    private readonly ConcurrentDictionary<string, bool> _seen = new(StringComparer.Ordinal);
    private readonly RecentDeletionTable _recent = new(tables, TimeProvider.System);

    private SealingKey Root => keys[Keyring.RootNumber];

    public async Task RunAsync(List<TableEntity> rows, CancellationToken cancellation)
    {
        var partition = rows[0].PartitionKey;
        var own = rows.FirstOrDefault(row => row.RowKey == RowKeys.Account(partition));
        _seen[partition] = true;
        try
        {
            if (own is null)
                Leave(rows);
            else if (!AccountRow.IsActive(own))
                await WriteAsync(AccountTombstone.Verify(own, Root), isNew: false, cancellation);
            else if (FindErased(own) is { } erased)
                await WriteAsync(erased, isNew: true, cancellation);
            else
                await WriteAsync(Open(own), rows, cancellation);
        }
        catch (TamperedException)
        {
            Leave(rows);
        }
    }

    /// <summary>Omits rows that cannot be verified. A tombstone of the account is still applied.</summary>
    private void Leave(List<TableEntity> rows)
    {
        count.Left(rows.Count);
        _seen.TryRemove(rows[0].PartitionKey, out _);
    }

    /// <summary>Writes the tombstones of accounts that the copy does not contain or whose rows were omitted.</summary>
    public async Task ApplyOthersAsync(CancellationToken cancellation)
    {
        foreach (var tombstone in tombstones.Accounts.Values.Where(
            tombstone => !_seen.ContainsKey(tombstone.Partition)))
            await WriteAsync(tombstone, isNew: true, cancellation);
    }

    /// <summary>Returns the tombstone that was written after this row; null if there is none.</summary>
    private AccountTombstone? FindErased(TableEntity row) =>
        tombstones.Accounts.TryGetValue(row.PartitionKey, out var tombstone)
        && tombstone.Generation >= UnverifiedColumns.GenerationOf(row, Tables.AccountsName)
            ? tombstone
            : null;

    private Account Open(TableEntity row)
    {
        // The partition is a keyed hash of the DID, so a row cannot claim another account.
        if (!Did.TryParse(Account.UnverifiedDid(row), allowLocalhost: true, out var did)
            || PartitionKey.Of(Root, "partition", did.Value) != row.PartitionKey
            || !keys.TryGetValue(Keyring.NumberOf(Account.SealedKey(row)), out var shardKey))
            throw TamperedException.At(Tables.AccountsName, "a row of the copy belongs to no account");
        return Account.Verify(row, did, shardKey);
    }

    private async Task WriteAsync(Account account, List<TableEntity> rows, CancellationToken cancellation)
    {
        List<TableEntity> next = [account.Renew()];
        var own = rows.First(row => row.RowKey == RowKeys.Account(row.PartitionKey));
        var head = rows.FirstOrDefault(row => row.RowKey == RowKeys.Head(row.PartitionKey));
        var active = head is null || !IsGood(head, account.Key)
            ? 0
            : KeyVersionColumns.ReadActive(head, Tables.AccountsName).Version;
        foreach (var row in rows)
        {
            if (IsEvent(row) || (row != own && active > 0 && !IsNewer(row, active) && IsGood(row, account.Key)))
                next.Add(Restore.Plain(row));
        }

        count.Written(next.Count);
        count.Left(rows.Count - next.Count);
        await Restore.PutAsync(
            tables.Accounts, next, row => IsEvent(row) ? row : RowMac.Sign(row, Tables.AccountsName, account.Key),
            TimeProvider.System, cancellation);
    }

    private static bool IsEvent(TableEntity row) =>
        row.RowKey.StartsWith(RowKeys.EventPrefix, StringComparison.Ordinal);

    private static bool IsNewer(TableEntity row, int active) =>
        row.RowKey.StartsWith(RowKeys.VersionPrefix, StringComparison.Ordinal)
        && string.CompareOrdinal(row.RowKey, RowKeys.Version(row.PartitionKey, active)) > 0;

    private static bool IsGood(TableEntity row, SealingKey key)
    {
        try
        {
            RowMac.Verify(row, Tables.AccountsName, key);
            return true;
        }
        catch (TamperedException)
        {
            return false;
        }
    }

    /// <summary>Writes the tombstone instead of the account. The timer removes the account's restored rows.</summary>
    private async Task WriteAsync(AccountTombstone tombstone, bool isNew, CancellationToken cancellation)
    {
        if (tombstones.Accounts.TryGetValue(tombstone.Partition, out var later)
            && later.Generation > tombstone.Generation)
            (tombstone, isNew) = (later, true);
        if (isNew)
            count.Erased();
        await _recent.PutAsync(tombstone.Partition, cancellation);
        await tables.Unfinished.PutAsync(
            new TableEntity(DeletionTable.Accounts,
                tombstone.Partition) { [DeletionTable.OwnerColumn] = tombstone.Partition }, cancellation);
        var change = Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16));
        await tables.Accounts.PutAsync((tombstone with { IsSwept = false }).ToRow(change, Root), cancellation);
    }
}
