using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// Lookups without a token count against the client's address. Lookups for tokens do so only until the account has
/// authenticated, which returns the unit: only lookups for invalid tokens count in the end. As in
/// <see cref="RateLimits"/>, a budget per address has a penalty.
/// </summary>
public sealed class LookupLimits(IOptions<KeyserverOptions> options, KnownCallers callers, TimeProvider time)
    : ILookupLimits
{
    /// <summary>
    /// A quarter of all lookups is reserved for known accounts, which refresh their documents hourly.
    /// </summary>
    private const int ReservedShare = 4;

    private readonly bool _enabled = options.Value.RateLimits.Enabled;
    private readonly int _reserved = options.Value.RateLimits.AllResolutionsPerMinute / ReservedShare;
    private readonly IdentifierHash _hash = new();
    private readonly Budget _publicKeys = new(options.Value.RateLimits.ResolutionsPerMinute, time);
    private readonly Budget _tokens = new(options.Value.RateLimits.TokenResolutionsPerMinute, time);

    /// <summary>Separate, so that forged tokens cannot prevent a known account from changing its key.</summary>
    private readonly Budget _changedKeys = new(options.Value.RateLimits.TokenResolutionsPerMinute, time);

    private readonly TotalBudget _all = new(options.Value.RateLimits.AllResolutionsPerMinute, time);

    public void Take(Did did, ClientAddress address, LookupReason reason)
    {
        if (!_enabled)
            return;
        var isKnown = reason != LookupReason.PublicKey && callers.Contains(did);
        if (isKnown && reason == LookupReason.Token)
        {
            TakeTotal(reserved: 0);
            return;
        }

        var hash = _hash.Of(address);
        if (reason == LookupReason.PublicKey)
        {
            // Check the penalty first, so that a penalized address does not use the total budget; take the address's
            // unit last, so that an exhausted total budget costs it nothing.
            _publicKeys.Check(hash);
            TakeTotal(_reserved);
            _publicKeys.Take(hash);
            return;
        }

        var budget = isKnown ? _changedKeys : _tokens;
        budget.TakeShared(hash);
        try
        {
            TakeTotal(_reserved);
        }
        catch (KeyserverException)
        {
            budget.GiveBack(hash);
            throw;
        }
    }

    public void AddCaller(Did did, ClientAddress address)
    {
        if (callers.Add(did) && _enabled)
            _tokens.GiveBack(_hash.Of(address));
    }

    private void TakeTotal(int reserved)
    {
        if (!_all.TryTake(reserved))
            throw KeyserverException.Upstream("Too many DID document lookups; try again.");
    }
}
