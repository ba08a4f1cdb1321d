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
    private readonly bool enabled;
    private readonly DenyList denied;
    private readonly KeyedHash hash = new();
    private readonly Budget anonymousCalls;
    private readonly Budget refusedTokens;
    private readonly Budget resolutions;
    private readonly Budget reads;
    private readonly Budget changes;

    public RateLimits(IOptions<KeyserverOptions> options, TimeProvider time)
    {
        var limits = options.Value.RateLimits;
        enabled = limits.Enabled;
        denied = new DenyList(limits.DeniedDids, limits.DeniedNetworks);
        anonymousCalls = new Budget(limits.AnonymousPerMinute, time);
        refusedTokens = new Budget(limits.RefusedTokensPerMinute, time);
        resolutions = new Budget(limits.ResolutionsPerMinute, time);
        reads = new Budget(limits.ReadsPerMinute, time);
        changes = new Budget(limits.ChangesPerMinute, time);
    }

    /// <summary>Refuses a network of the deny list, also while budgets are off.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.Forbidden"/> (403).</exception>
    public void CheckDenied(ClientAddress address)
    {
        if (denied.Contains(address))
            throw new KeyserverException(ErrorName.Forbidden, "This network is not served here");
    }

    /// <summary>
    /// Refuses an account of the deny list, also while budgets are off. Only after the signature: the caller knows that it is he who is
    /// meant.
    /// </summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.Forbidden"/> (403).</exception>
    public void CheckDenied(Did caller)
    {
        if (denied.Contains(caller))
            throw new KeyserverException(ErrorName.Forbidden, "This account is not served here");
    }

    /// <summary>A call of somebody who has shown no token.</summary>
    public void TakeAnonymousCall(ClientAddress address)
    {
        if (enabled)
            anonymousCalls.Take(hash.Of(address));
    }

    /// <summary>Throws when the address has used up its refused tokens; asked before a token is looked at. Takes nothing.</summary>
    public void CheckRefusedTokens(ClientAddress address)
    {
        if (enabled)
            refusedTokens.Check(hash.Of(address));
    }

    /// <summary>Counts a token that was refused; never throws. The last one of the budget starts the wait.</summary>
    public void CountRefusedToken(ClientAddress address)
    {
        if (enabled)
            refusedTokens.Count(hash.Of(address));
    }

    /// <summary>A look-up of a DID document that goes out to the network.</summary>
    public void TakeResolution(ClientAddress address)
    {
        if (enabled)
            resolutions.Take(hash.Of(address));
    }

    /// <summary>A read by an authenticated caller.</summary>
    public void TakeRead(Did caller)
    {
        if (enabled)
            reads.Take(hash.Of(caller));
    }

    /// <summary>A change by an authenticated caller.</summary>
    public void TakeChange(Did caller)
    {
        if (enabled)
            changes.Take(hash.Of(caller));
    }
}
