using AtpKeyserver.Accounts;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Accounts.Keypairs.Rows;
using AtpKeyserver.Configuration;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Operations;

/// <summary>
/// After a breach: creates a new version of every group key and keypair whose active version is older than the run.
/// Each change is like an owner's and has an event, which names the server itself.
/// </summary>
public sealed class KeyRotation(
    JobRunner jobs,
    GroupTable groups,
    GroupRotation rotation,
    KeypairTable keypairs,
    AccountKeypairs accountKeypairs,
    AccountTable accounts,
    IOptions<KeyserverOptions> options)
{
    private const string Name = "RotateEverything";

    /// <param name="begins">Whether to start a rotation if none is in progress; otherwise only resumes one.</param>
    /// <param name="cancellation">Ends the run; the next one resumes.</param>
    public Task RunAsync(bool begins, CancellationToken cancellation) =>
        jobs.RunAsync(Name, begins, WorkAsync, cancellation);

    private async Task<bool> WorkAsync(Job job, CancellationToken cancellation)
    {
        var self = options.Value.AsCaller();
        await jobs.ForEachAsync(
            job, phase: 0, Tables.GroupsName, groups.ScanHeadsAsync, RotateGroupAsync, cancellation);
        await jobs.ForEachAsync(
            job, phase: 1, Tables.AccountsName, keypairs.ScanHeadsAsync, RotateKeypairAsync, cancellation);
        return true;

        // The times are not verified: a forged one only skips a head that cannot be verified anyway.
        async Task<bool> RotateGroupAsync(UnverifiedGroup head, CancellationToken stop) =>
            head.ActiveCreated < job.Started
            && await rotation.RotateOldAsync(head.Partition, self, job.Started, stop);

        async Task<bool> RotateKeypairAsync(UnverifiedKeypair head, CancellationToken stop) =>
            head.ActiveCreated < job.Started
            && await accounts.FindDidAsync(head.Partition, stop) is { } account
            && await accountKeypairs.RotateOldAsync(account, self, job.Started, stop);
    }
}
