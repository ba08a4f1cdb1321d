using AtpKeyserver.Errors;
using AtpKeyserver.Identity;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Limits;

/// <summary>
/// Budgets of addresses and callers, in the memory of this instance: 10 MiB whatever callers do. Each method takes one unit and throws
/// <see cref="RateLimitExceededException"/> (429) when none is left: then the offender waits 1 s, the next time 2 s, up to 15 min, and
/// each minute of good behaviour forgives one time. Authenticated calls have no budget of their address, since a PDS proxies many people
/// from one.
/// </summary>
public sealed class RateLimits
{
    private readonly bool _enabled;
    private readonly DenyList _denied;
    private readonly KeyedHash _hash = new();
    private readonly Budget _anonymousCalls;
    private readonly Budget _refusedTokens;
    private readonly Budget _resolutions;
    private readonly TotalBudget _allResolutions;
    private readonly Budget _reads;
    private readonly Budget _changes;

    public RateLimits(IOptions<KeyserverOptions> options, TimeProvider time)
    {
        var limits = options.Value.RateLimits;
        _enabled = limits.Enabled;
        _denied = new DenyList(limits.DeniedDids, limits.DeniedNetworks);
        _anonymousCalls = new Budget(limits.AnonymousPerMinute, time);
        _refusedTokens = new Budget(limits.RefusedTokensPerMinute, time);
        _resolutions = new Budget(limits.ResolutionsPerMinute, time);
        _allResolutions = new TotalBudget(limits.AllResolutionsPerMinute, time);
        _reads = new Budget(limits.ReadsPerMinute, time);
        _changes = new Budget(limits.ChangesPerMinute, time);
    }

    /// <summary>Refuses a network of the deny list, also while budgets are off.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.Forbidden"/> (403).</exception>
    public void CheckDenied(ClientAddress address)
    {
        if (_denied.Contains(address))
            throw new KeyserverException(ErrorName.Forbidden, "This network is not served here");
    }

    /// <summary>
    /// Refuses an account of the deny list, also while budgets are off. Only after the signature: the caller knows that it is he who is
    /// meant.
    /// </summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.Forbidden"/> (403).</exception>
    public void CheckDenied(Did caller)
    {
        if (_denied.Contains(caller))
            throw new KeyserverException(ErrorName.Forbidden, "This account is not served here");
    }

    /// <summary>A call of somebody who has shown no token.</summary>
    public void TakeAnonymousCall(ClientAddress address)
    {
        if (_enabled)
            _anonymousCalls.Take(_hash.Of(address));
    }

    /// <summary>Throws when the address has used up its refused tokens; asked before a token is looked at. Takes nothing.</summary>
    public void CheckRefusedTokens(ClientAddress address)
    {
        if (_enabled)
            _refusedTokens.Check(_hash.Of(address));
    }

    /// <summary>Counts a token that was refused; never throws. The last one of the budget starts the wait.</summary>
    public void CountRefusedToken(ClientAddress address)
    {
        if (_enabled)
            _refusedTokens.Count(_hash.Of(address));
    }

    /// <summary>A look-up of a DID document that goes out to the network.</summary>
    /// <exception cref="KeyserverException">RateLimitExceeded: too many for this address; UpstreamFailure: too many for all together.</exception>
    public void TakeResolution(ClientAddress address)
    {
        if (!_enabled)
            return;
        // Who has to wait takes nothing from all; what all have used up costs the address nothing.
        _resolutions.Check(_hash.Of(address));
        if (!_allResolutions.TryTake())
            throw KeyserverException.Upstream("Too many accounts are being looked up at once; try again.");
        _resolutions.Take(_hash.Of(address));
    }

    /// <summary>A read by an authenticated caller.</summary>
    public void TakeRead(Did caller)
    {
        if (_enabled)
            _reads.Take(_hash.Of(caller));
    }

    /// <summary>A change by an authenticated caller.</summary>
    public void TakeChange(Did caller)
    {
        if (_enabled)
            _changes.Take(_hash.Of(caller));
    }
}
