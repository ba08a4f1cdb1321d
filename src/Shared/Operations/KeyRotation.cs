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
/// After a breach: creates a new version of every group key and keypair whose active version is older than the run.
/// Each change is like an owner's and has an event, which names the server itself.
/// </summary>
public sealed class KeyRotation(
    LongRuns runs,
    GroupRotation groups,
    AccountKeypairs keypairs,
    AccountTable accounts,
    Tables tables,
    IOptions<KeyserverOptions> options)
{
    private const string Name = "RotateEverything";
    private const string HeadPrefix = "head";

    /// <param name="begins">Whether to start a rotation if none is in progress; otherwise only resumes one.</param>
    /// <param name="cancellation">Ends the run; the next one resumes.</param>
    public Task RunAsync(bool begins, CancellationToken cancellation) =>
        runs.RunAsync(Name, begins, WorkAsync, cancellation);

    private async Task<bool> WorkAsync(LongRun run, CancellationToken cancellation)
    {
        var self = options.Value.AsCaller();
        await runs.ForEachAsync(run, phase: 0, tables.Groups, HeadPrefix, RotateGroupAsync, cancellation);
        await runs.ForEachAsync(run, phase: 1, tables.Accounts, HeadPrefix, RotateKeypairAsync, cancellation);
        return true;

        async Task<bool> RotateGroupAsync(TableEntity head, CancellationToken stop) =>
            !new StoredHead(head).IsTombstone
                && IsOld(head, tables.Groups)
                && await groups.RotateOldAsync(head.PartitionKey, self, run.Started, stop);

        async Task<bool> RotateKeypairAsync(TableEntity head, CancellationToken stop) =>
            IsOld(head, tables.Accounts)
            && await accounts.FindDidAsync(head.PartitionKey, stop) is { } account
            && await keypairs.RotateOldAsync(account, self, run.Started, stop);

        // Not verified: a forged time only skips a head that cannot be verified anyway.
        bool IsOld(TableEntity head, Table table) => KeyVersionRows.ReadActive(head, table.Name).Created < run.Started;
    }
}
