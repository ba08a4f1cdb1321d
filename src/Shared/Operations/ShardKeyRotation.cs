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
/// Makes the next version of every shard key that is in use and seals the account keys anew under it. Account keys, and all that they sealed, stay.
/// A later run deletes the old shard keys once no account row names them.
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
    /// <summary>Longer than any request lasts, clocks that differ included: after it nobody seals under the version before.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private const string Name = "RotateShardKeys";
    private const string AccountPrefix = "account";

    /// <param name="begins">Whether to begin where no rotation is under way; one that is goes on.</param>
    /// <param name="cancellation">Ends the run.</param>
    public Task RunAsync(bool begins, CancellationToken cancellation) => runs.RunAsync(Name, begins, WorkAsync, cancellation);

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
        await runs.ForEachAsync(run, phase: 0, tables.Accounts, AccountPrefix, (row, stop) => ResealAsync(row, current, stop), cancellation);
        return await RemoveOldAsync(shards, current, cancellation);
    }

    /// <summary>Seals the account's key under the current version; false where it is, or where there is no account.</summary>
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

    /// <summary>Whether nothing is left for a later run.</summary>
    private async Task<bool> RemoveOldAsync(ILookup<int, TableEntity> shards, Dictionary<int, int> current, CancellationToken cancellation)
    {
        var old = shards.SelectMany(shard => shard.SkipLast(1)).ToList();
        if (old.Count == 0)
            return true;
        if (shards.Any(shard => clock.GetUtcNow() - KeyringTable.CreatedOf(shard.Last()) < Grace))
        {
            Log.OldShardKeysStay(logger, old.Count);
            return false;
        }

        // From the beginning and at one go: what was saved of a run before is nothing to destroy a key by.
        var named = new HashSet<int>();
        await foreach (var row in tables.Accounts.ScanAsync(AccountPrefix, cancellation))
        {
            killSwitch.CheckChange();
            if (await FindNamedAsync(row, current, cancellation) is { } number)
                named.Add(number);
        }

        var unused = old.Where(row => !named.Contains(KeyringTable.NumberOf(row))).ToList();
        foreach (var row in unused)
            await table.DeleteAsync(row, cancellation);
        Log.OldShardKeysDeleted(logger, unused.Count, old.Count - unused.Count);
        return true;
    }

    /// <summary>
    /// The key that an account goes on naming. One that was being made when its shard key got a new version is sealed anew here; one that does not
    /// open keeps the key that it names, in case somebody repairs it.
    /// </summary>
    private async Task<int?> FindNamedAsync(TableEntity row, Dictionary<int, int> current, CancellationToken cancellation)
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
            : throw new InvalidOperationException("A shard key has used up its versions.");
    }
}
