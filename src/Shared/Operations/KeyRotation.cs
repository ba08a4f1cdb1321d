using AtpKeyserver.Accounts;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Configuration;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Operations;

/// <summary>
/// After a breach: a new version of every group key and keypair whose active version is older than the run. Each is a change like an owner's, with
/// its event; the server itself is the one who made it.
/// </summary>
public sealed class KeyRotation(
    LongRuns runs, GroupRotation groups, AccountKeypairs keypairs, AccountTable accounts, Tables tables, IOptions<KeyserverOptions> options)
{
    private const string Name = "RotateEverything";
    private const string HeadPrefix = "head";

    /// <param name="begins">Whether to begin where no rotation is under way; one that is goes on.</param>
    /// <param name="cancellation">Ends the run.</param>
    public Task RunAsync(bool begins, CancellationToken cancellation) => runs.RunAsync(Name, begins, WorkAsync, cancellation);

    private async Task<bool> WorkAsync(LongRun run, CancellationToken cancellation)
    {
        var self = options.Value.AsCaller();
        await runs.ForEachAsync(run, phase: 0, tables.Groups, HeadPrefix, RotateGroupAsync, cancellation);
        await runs.ForEachAsync(run, phase: 1, tables.Accounts, HeadPrefix, RotateKeypairAsync, cancellation);
        return true;

        async Task<bool> RotateGroupAsync(TableEntity head, CancellationToken stop) =>
            GroupHead.IsActive(head) && IsOld(head, tables.Groups) && await groups.RotateOldAsync(head.PartitionKey, self, run.Started, stop);

        async Task<bool> RotateKeypairAsync(TableEntity head, CancellationToken stop) =>
            IsOld(head, tables.Accounts)
            && await accounts.FindDidAsync(head.PartitionKey, stop) is { } account
            && await keypairs.RotateOldAsync(account, self, run.Started, stop);

        // Not verified, so good for leaving out what nobody could read if it lied.
        bool IsOld(TableEntity head, Table table) => KeyVersionRows.ReadActive(head, table.Name).Created < run.Started;
    }
}
