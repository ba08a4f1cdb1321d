using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>Reads, creates, rotates and lists the versions of an account's Ed25519 keypair.</summary>
public sealed class AccountKeypairs(
    KeypairTable keypairs,
    AccountKeys accounts,
    KeypairWriter writer,
    AccessLogWriter log,
    Cursors cursors,
    RateLimits limits,
    KillSwitch killSwitch)
{
    /// <summary>How often the operator's rotation tries a keypair that its account keeps changing.</summary>
    private const int Tries = 16;

    private readonly SingleFlight<(Did, bool), Keypair> _creations = new();

    /// <summary>
    /// Opens the caller's own keypair and records the read. The first call without a version creates it.
    /// </summary>
    /// <param name="caller">The keypair's account.</param>
    /// <param name="version">Null for the active one.</param>
    /// <param name="isProbe">A HEAD request: creates, returns and records nothing.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The version and its seed, which the caller must dispose.</returns>
    public async Task<(KeyVersion Version, Secret Seed)> GetAsync(
        Caller caller, int? version, bool isProbe, CancellationToken cancellation)
    {
        var mayCreate = version is null && !isProbe;
        var keypair = mayCreate
            ? await GetOrCreateAsync(caller.Did, caller, cancellation)
            : await FindAsync(caller.Did, cancellation);
        var found = await FindVersionAsync(keypair, version, cancellation);
        var seed = keypairs.Versions.Open(keypair!.Head.Partition, found, keypair.Key);
        try
        {
            if (!isProbe)
                await log.WriteAsync(
                    new AccessEvent(caller.Did.Value, AccessAction.Read, caller, found.Version),
                    keypair.Key,
                    cancellation);
            return (found, seed);
        }
        catch
        {
            seed.Dispose();
            throw;
        }
    }

    /// <summary>Creates a new active version of the caller's keypair.</summary>
    /// <exception cref="RateLimitExceededException">Too many rotations by the caller.</exception>
    public async Task<RotationResult> RotateAsync(
        Caller caller, int? expectedVersion, string? reason, CancellationToken cancellation)
    {
        using var lease = await writer.EnterAsync(caller.Did, cancellation);
        var isCharged = false;
        while (true)
        {
            var account = await accounts.ReadAsync(caller.Did, cancellation);
            if (account is null || await FindAsync(account, cancellation) is not { } keypair)
                throw RotationResult.NoSuchVersion();
            var active = keypair.Head.Active.Version;
            RotationResult.Check(expectedVersion, active);
            if (!isCharged)
                limits.TakeRotation(caller.Did);
            isCharged = true;
            var rotation = new AccessEvent(caller.Did.Value, AccessAction.Rotate, caller, Reason: reason);
            if (await writer.TryWriteAsync(
                account, keypair.Head, checked(active + 1), rotation, cancellation) is { } next)
                return new RotationResult(active, next.Version, next.Created);
        }
    }

    /// <summary>
    /// Creates a new active version if the active one is older than this time; false if nothing was to do.
    /// </summary>
    /// <exception cref="KeyserverException">
    /// UpstreamFailure: the account kept changing it; the next run tries again.
    /// </exception>
    public async Task<bool> RotateOldAsync(Did did, Caller by, DateTimeOffset before, CancellationToken cancellation)
    {
        using var lease = await writer.EnterAsync(did, cancellation);
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await accounts.ReadAsync(did, cancellation) is not { } account
                || await FindAsync(account, cancellation) is not { } keypair
                || keypair.Head.Active.Created >= before)
                return false;
            var rotation = new AccessEvent(did.Value, AccessAction.Rotate, by);
            if (await writer.TryWriteAsync(
                account,
                keypair.Head,
                checked(keypair.Head.Active.Version + 1),
                rotation,
                cancellation) is not null)
                return true;
        }

        throw KeyserverException.Upstream("The keypair changes too often to be rotated now; the next run retries.");
    }

    /// <summary>A page of the versions, newest first; empty if there is no keypair.</summary>
    public async Task<Page<KeyVersionStatus>> ListVersionsAsync(
        Did account, int limit, string? cursor, CancellationToken cancellation)
    {
        var list = $"keypair versions {account}";
        var after = await cursors.ReadAsync(list, cursor, cancellation);
        if (await FindAsync(account, cancellation) is not { } keypair)
            return new([], null);
        var page = await ReadVersionsAsync(keypair, after, limit, cancellation);
        return page with { Next = await cursors.MakeNextAsync(list, page.Next, cancellation) };
    }

    /// <summary>All versions, newest first, in pages.</summary>
    public IAsyncEnumerable<KeyVersionStatus> VersionsAsync(Keypair keypair, CancellationToken cancellation) =>
        Pages.AllAsync(
            after => ReadVersionsAsync(keypair, after, KeyVersionStatus.MaxPageSize, cancellation), cancellation);

    /// <summary>A version of the keypair.</summary>
    /// <exception cref="KeyserverException">KeyVersionNotFound.</exception>
    public async Task<KeyVersion> FindVersionAsync(Keypair? keypair, int? version, CancellationToken cancellation)
    {
        if (keypair is null)
            throw RotationResult.NoSuchVersion();
        var (head, key) = keypair;
        if (version is null || version == head.Active.Version)
            return head.Active;
        return await keypairs.Versions.ReadAsync(
                head.Partition, version.Value, KeypairTable.Incarnation, head.Active.Version, key, cancellation)
            ?? throw RotationResult.NoSuchVersion();
    }

    public async Task<Keypair?> FindAsync(Did account, CancellationToken cancellation)
    {
        if (await keypairs.ReadHeadAsync(account, cancellation) is not { } head)
            return null;
        // The account's key may be newer than the cached one: the head says which one it needs.
        var key = await accounts.FindAsync(account, head.Generation, cancellation);
        return key is null ? null : new Keypair(head.Verify(key), key);
    }

    /// <summary>The account's keypair, created if there is none: exactly once, however many first calls race.</summary>
    /// <param name="account">The keypair's account.</param>
    /// <param name="by">Whose call creates it, for the access log.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="KeyserverException">
    /// AccountDeleted; KeyVersionNotFound if the account was deleted and is not the caller.
    /// </exception>
    public async Task<Keypair> GetOrCreateAsync(Did account, Caller by, CancellationToken cancellation)
    {
        var isOwnCall = by.Did == account;
        if (await FindAsync(account, cancellation) is { } keypair)
            return keypair;
        killSwitch.CheckChange();
        return await _creations.RunAsync(
            (account, isOwnCall), limit => CreateOnceAsync(account, by, isOwnCall, limit), cancellation);
    }

    private Task<Page<KeyVersionStatus>> ReadVersionsAsync(
        Keypair keypair, string? after, int limit, CancellationToken cancellation) =>
        keypairs.Versions.ReadPageAsync(
            keypair.Head.Partition,
            KeypairTable.Incarnation,
            keypair.Head.Active,
            keypair.Key,
            after,
            limit,
            cancellation);

    private async Task<Keypair?> FindAsync(Account account, CancellationToken cancellation) =>
        await keypairs.ReadHeadAsync(account.Did, cancellation) is { } head
            ? new Keypair(head.Verify(account.Key), account.Key)
            : null;

    private async Task<Keypair> CreateOnceAsync(Did did, Caller by, bool isOwnCall, CancellationToken cancellation)
    {
        while (true)
        {
            // Only its own call recreates a deleted account, and is told about the deletion.
            var account = isOwnCall
                ? await accounts.GetOrCreateAsync(did, cancellation)
                : await accounts.GetOrCreateForOtherAsync(did, cancellation) ?? throw RotationResult.NoSuchVersion();
            if (await FindAsync(account, cancellation) is { } keypair)
                return keypair;
            var creation = new AccessEvent(did.Value, AccessAction.Create, by);
            await writer.TryWriteAsync(
                account, replaced: null, checked(account.FormerKeypairVersion + 1), creation, cancellation);
        }
    }
}
