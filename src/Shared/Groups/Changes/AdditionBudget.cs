using System.Text;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Groups.Changes;

/// <summary>
/// Limits how often one account may add another to groups per UTC day, over all instances. The added account has no
/// total limit: strangers could use it up.
/// </summary>
public sealed class AdditionBudget(
    AdditionTable additions, Keyring keyring, IOptions<KeyserverOptions> options, TimeProvider clock)
{
    /// <exception cref="KeyserverException">
    /// RateLimitExceeded until the day ends; UpstreamFailure if too many calls update the count at once.
    /// </exception>
    public async Task TakeAsync(Did adder, Did added, CancellationToken cancellation)
    {
        var limits = options.Value.RateLimits;
        if (!limits.Enabled)
            return;
        var now = clock.GetUtcNow();
        var pair = await PairAsync(adder, added, cancellation);
        if (!await additions.TryCountAsync(now, pair, Check, cancellation))
            throw KeyserverException.Upstream("Too many concurrent additions of this account; try again.");

        void Check(int taken)
        {
            if (taken >= limits.AdditionsPerDay)
                throw new RateLimitExceededException(
                    limits.AdditionsPerDay, TimeSpan.FromDays(1) - now.UtcDateTime.TimeOfDay, TimeSpan.FromDays(1));
        }
    }

    /// <summary>Takes back an addition that was not made.</summary>
    public async Task ReturnAsync(Did adder, Did added, CancellationToken cancellation)
    {
        if (options.Value.RateLimits.Enabled)
            await additions.UncountAsync(
                clock.GetUtcNow(), await PairAsync(adder, added, cancellation), cancellation);
    }

    private async Task<string> PairAsync(Did adder, Did added, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        // A DID contains no space, so the text is unambiguous.
        var hash = root.Mac(Encoding.UTF8.GetBytes($"addition {adder} {added}"));
        return Convert.ToHexStringLower(hash.AsSpan(0, 16));
    }
}
