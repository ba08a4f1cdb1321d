using AtpKeyserver.Concurrency;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Versions;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>
/// Public keys, for anyone, at most 10 s old. The first request for an account that never called creates its keypair if
/// its DID resolves, so that others can encrypt to an account that has not used the server yet. All such requests share
/// a budget.
/// </summary>
public sealed class PublicKeys(
    AccountKeypairs keypairs,
    AccountKeys accounts,
    DidResolver resolver,
    PublicCreationBudget budget,
    KillSwitch killSwitch,
    IOptions<KeyserverOptions> options,
    TimeProvider clock) : IDisposable
{
    /// <summary>Maximum age of a cached key.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(10);

    // Concurrent requests for the same account take one unit of the budget.
    private readonly SingleFlight<Did, Keypair> _creations = new();
    private readonly MemoryCache _cache = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    /// <param name="account">The key's account.</param>
    /// <param name="version">Null for the active one.</param>
    /// <param name="isProbe">A HEAD request: creates nothing.</param>
    /// <param name="from">The caller, charged for the DID lookup.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The version, and how long ago it was read.</returns>
    public async Task<(KeyVersion Version, TimeSpan Age)> GetAsync(
        Did account, int? version, bool isProbe, ClientAddress from, CancellationToken cancellation)
    {
        if (_cache.TryGetValue((account, version), out Cached? cached)
            && clock.GetElapsedTime(cached!.ReadAt) is var age
            && age < MaxAge)
            return (cached.Version, age);
        var readAt = clock.GetTimestamp();
        var keypair = await keypairs.FindAsync(account, cancellation);
        if (keypair is null && version is null && !isProbe && options.Value.CreateKeypairOnPublicRead)
            keypair = await CreateOnceAsync(account, from, cancellation);
        var found = await keypairs.FindVersionAsync(keypair, version, cancellation);
        _cache.Set(
            (account, version),
            new Cached(found, readAt),
            new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = MaxAge });
        return (found, TimeSpan.Zero);
    }

    public void Dispose() => _cache.Dispose();

    /// <summary>Concurrent callers wait for one creation, but a used-up budget refuses only its own caller.</summary>
    private async Task<Keypair> CreateOnceAsync(Did account, ClientAddress from, CancellationToken cancellation)
    {
        while (true)
        {
            var isOwn = false;
            try
            {
                return await _creations.RunAsync(account, CreateAsync, cancellation);
            }
            catch (RateLimitExceededException) when (!isOwn)
            {
                // The next creation may be paid by this caller.
            }

            Task<Keypair> CreateAsync(CancellationToken limit)
            {
                isOwn = true;
                return this.CreateAsync(account, from, limit);
            }
        }
    }

    private async Task<Keypair> CreateAsync(Did account, ClientAddress from, CancellationToken cancellation)
    {
        // A deleted account is recreated by its own call only.
        if (await accounts.WasDeletedAsync(account, cancellation)
            || !await resolver.ExistsAsync(account, from, cancellation))
            throw RotationResult.NoSuchVersion();
        // Another call may have created it concurrently.
        if (await keypairs.FindAsync(account, cancellation) is { } existing)
            return existing;
        killSwitch.CheckChange();
        await budget.TakeAsync(from, cancellation);

        // The caller is anonymous, so the account's log names the server itself as the creator.
        return await keypairs.GetOrCreateAsync(account, options.Value.AsCaller(), cancellation);
    }

    private sealed record Cached(KeyVersion Version, long ReadAt);
}
