using AtpKeyserver.Accounts;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.KeyManagement.Rows;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Operations;

/// <summary>
/// Creates the next version of every shard key in use and reseals the account keys under it. The account keys, and
/// everything sealed under them, stay the same. A later run deletes the old shard keys that no account row uses.
/// </summary>
public sealed class ShardKeyRotation(
    JobRunner jobs,
    Keyring keyring,
    KeyringTable table,
    AccountTable accounts,
    KillSwitch killSwitch,
    TimeProvider clock,
    ILogger<ShardKeyRotation> logger)
{
    /// <summary>
    /// Longer than any request, including clock differences: after this, nothing is sealed under the previous version.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(5);

    private const string Name = "RotateShardKeys";

    /// <param name="begins">Whether to start a rotation if none is in progress; otherwise only resumes one.</param>
    /// <param name="cancellation">Ends the run; the next one resumes.</param>
    public Task RunAsync(bool begins, CancellationToken cancellation) =>
        jobs.RunAsync(Name, begins, WorkAsync, cancellation);

    private async Task<bool> WorkAsync(Job job, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        foreach (var shard in await table.ListShardsAsync(root, cancellation))
        {
            var newest = shard.Last();
            if (newest.Created < job.Started)
                await table.CreateAsync(NextOf(newest), root, cancellation, notBefore: job.Started);
        }

        var shards = await table.ListShardsAsync(root, cancellation);
        var current = shards.ToDictionary(shard => shard.Key, shard => shard.Last().Number);
        await jobs.ForEachAsync(
            job,
            phase: 0,
            Tables.AccountsName,
            accounts.ScanAsync,
            (account, stop) => accounts.ResealAsync(account, current, stop),
            cancellation);
        return await RemoveOldAsync(shards, current, cancellation);
    }

    /// <summary>Deletes the unused old shard keys; returns whether nothing is left for a later run.</summary>
    private async Task<bool> RemoveOldAsync(
        ILookup<int, WrappedKey> shards, Dictionary<int, int> current, CancellationToken cancellation)
    {
        var old = shards.SelectMany(shard => shard.SkipLast(1)).ToList();
        if (old.Count == 0)
            return true;
        if (shards.Any(shard => clock.GetUtcNow() - shard.Last().Created < Grace))
        {
            Log.OldShardKeysKept(logger, old.Count);
            return false;
        }

        // Scan everything in one run: a saved position is not reliable enough to destroy a key.
        var inUse = new HashSet<int>();
        await foreach (var account in accounts.ScanAsync(after: "", cancellation))
        {
            killSwitch.CheckChange();
            if (await FindUsedAsync(account, current, cancellation) is { } number)
                inUse.Add(number);
        }

        var unused = old.Where(key => !inUse.Contains(key.Number)).ToList();
        foreach (var key in unused)
            await table.DeleteAsync(key, cancellation);
        Log.OldShardKeysDeleted(logger, unused.Count, old.Count - unused.Count);
        return true;
    }

    /// <summary>
    /// The shard key that an account still uses. A key that was sealed during the rotation is resealed here. An account
    /// row that does not verify keeps its shard key, in case it is repaired.
    /// </summary>
    private async Task<int?> FindUsedAsync(
        UnverifiedAccount account, Dictionary<int, int> current, CancellationToken cancellation)
    {
        int? number = null;
        try
        {
            number = account.ShardKey;
            return number is null || await accounts.ResealAsync(account, current, cancellation) ? null : number;
        }
        catch (TamperedException e)
        {
            Log.Tampered(logger, e);
            return number;
        }
    }

    private static int NextOf(WrappedKey newest) => Keyring.VersionOf(newest.Number) < Keyring.MaxVersion
        ? newest.Number + 1
        : throw new InvalidOperationException("A shard key has reached its maximum version.");
}
