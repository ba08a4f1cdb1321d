using AtpKeyserver.Accounts;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Operations;

/// <summary>
/// Creates the next version of every shard key in use and reseals the account keys under it. The account keys, and
/// everything sealed under them, stay the same. A later run deletes the old shard keys that no account row uses.
/// </summary>
public sealed class ShardKeyRotation(
    LongRuns runs,
    Keyring keyring,
    KeyringTable table,
    Tables tables,
    KillSwitch killSwitch,
    TimeProvider clock,
    ILogger<ShardKeyRotation> logger)
{
    /// <summary>
    /// Longer than any request, including clock differences: after this, nothing is sealed under the previous version.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private const string Name = "RotateShardKeys";
    private const string AccountPrefix = "account";

    /// <param name="begins">Whether to start a rotation if none is in progress; otherwise only resumes one.</param>
    /// <param name="cancellation">Ends the run; the next one resumes.</param>
    public Task RunAsync(bool begins, CancellationToken cancellation) =>
        runs.RunAsync(Name, begins, WorkAsync, cancellation);

    private async Task<bool> WorkAsync(LongRun run, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        foreach (var shard in await table.ListShardsAsync(root, cancellation))
        {
            var newest = shard.Last();
            if (KeyringTable.CreatedOf(newest) < run.Started)
                await table.CreateAsync(NextOf(newest), root, cancellation, notBefore: run.Started);
        }

        var shards = await table.ListShardsAsync(root, cancellation);
        var current = shards.ToDictionary(shard => shard.Key, shard => KeyringTable.NumberOf(shard.Last()));
        await runs.ForEachAsync(
            run,
            phase: 0,
            tables.Accounts,
            AccountPrefix,
            (row, stop) => ResealAsync(row, current, stop),
            cancellation);
        return await RemoveOldAsync(shards, current, cancellation);
    }

    /// <summary>
    /// Seals the account's key under the current version; false if it already is, or if there is no account.
    /// </summary>
    private async Task<bool> ResealAsync(TableEntity row, Dictionary<int, int> current, CancellationToken cancellation)
    {
        for (var stored = row; stored is not null && AccountRow.IsActive(stored);)
        {
            var number = Keyring.NumberOf(Account.SealedKey(stored));
            if (!current.TryGetValue(Keyring.ShardOf(number), out var newest) || newest <= number)
                return false;
            var from = await keyring.OfNumberAsync(number, cancellation);
            var next = Account.Reseal(stored, from, await keyring.OfNumberAsync(newest, cancellation));
            if (await tables.Accounts.TryReplaceAsync(next, stored.ETag, cancellation))
                return true;
            stored = await tables.Accounts.GetAsync(row.PartitionKey, row.RowKey, cancellation);
        }

        return false;
    }

    /// <summary>Deletes the unused old shard keys; returns whether nothing is left for a later run.</summary>
    private async Task<bool> RemoveOldAsync(
        ILookup<int, TableEntity> shards, Dictionary<int, int> current, CancellationToken cancellation)
    {
        var old = shards.SelectMany(shard => shard.SkipLast(1)).ToList();
        if (old.Count == 0)
            return true;
        if (shards.Any(shard => clock.GetUtcNow() - KeyringTable.CreatedOf(shard.Last()) < Grace))
        {
            Log.OldShardKeysKept(logger, old.Count);
            return false;
        }

        // Scan everything in one run: a saved position is not reliable enough to destroy a key.
        var inUse = new HashSet<int>();
        await foreach (var row in tables.Accounts.ScanAsync(AccountPrefix, cancellation))
        {
            killSwitch.CheckChange();
            if (await FindUsedAsync(row, current, cancellation) is { } number)
                inUse.Add(number);
        }

        var unused = old.Where(row => !inUse.Contains(KeyringTable.NumberOf(row))).ToList();
        foreach (var row in unused)
            await table.DeleteAsync(row, cancellation);
        Log.OldShardKeysDeleted(logger, unused.Count, old.Count - unused.Count);
        return true;
    }

    /// <summary>
    /// The shard key that an account still uses. A key that was sealed during the rotation is resealed here. An account
    /// row that does not verify keeps its shard key, in case it is repaired.
    /// </summary>
    private async Task<int?> FindUsedAsync(
        TableEntity row, Dictionary<int, int> current, CancellationToken cancellation)
    {
        int? number = null;
        try
        {
            if (!AccountRow.IsActive(row))
                return null;
            number = Keyring.NumberOf(Account.SealedKey(row));
            return await ResealAsync(row, current, cancellation) ? null : number;
        }
        catch (TamperedException e)
        {
            Log.Tampered(logger, e);
            return number;
        }
    }

    private static int NextOf(TableEntity newest)
    {
        var number = KeyringTable.NumberOf(newest);
        return Keyring.VersionOf(number) < Keyring.MaxVersion
            ? number + 1
            : throw new InvalidOperationException("A shard key has reached its maximum version.");
    }
}
