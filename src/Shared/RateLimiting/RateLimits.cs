using AtpKeyserver.Concurrency;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// Budgets of addresses and callers, in the memory of this instance: 22 MiB and 50,000 DIDs whatever callers do. Each
/// method takes one unit and throws <see cref="RateLimitExceededException"/> (429) when none is left. Whoever has a budget
/// for himself then waits 1 s, the next time 2 s, up to 15 min, and each minute of good behaviour forgives one time. Budgets
/// that several people share have no such waits. Authenticated calls have no budget of their address, since a PDS proxies many people from one;
/// for the same reason a valid token is never refused for what others sent from its address.
/// </summary>
public sealed class RateLimits
{
    /// <summary>A quarter of all look-ups is kept for accounts that have called before: they renew documents each hour.</summary>
    private const int ReservedShare = 4;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly bool _enabled;
    private readonly DenyList _denied;
    private readonly WebDomains _webDomains;
    private readonly int _webDomainCallers;
    private readonly int _reservedResolutions;
    private readonly IdentifierHash _hash = new();
    private readonly Budget _anonymousCalls;
    private readonly Budget _malformedTokens;
    private readonly Budget _refusedTokens;
    private readonly Budget _resolutions;
    private readonly Budget _tokenResolutions;
    private readonly Budget _renewals;
    private readonly TotalBudget _allResolutions;
    private readonly Budget _reads;
    private readonly Budget _changes;
    private readonly Budget _denials;
    private readonly Budget _newGroups;
    private readonly Budget _rotations;

    public RateLimits(IOptions<KeyserverOptions> options, TimeProvider time)
    {
        var limits = options.Value.RateLimits;
        _enabled = limits.Enabled;
        _denied = new DenyList(limits.DeniedDids, limits.DeniedNetworks);
        _webDomains = new WebDomains(limits.SharedWebHosts);
        Callers = new KnownCallers(_webDomains);
        _webDomainCallers = limits.WebDomainCallers;
        _reservedResolutions = limits.AllResolutionsPerMinute / ReservedShare;
        _anonymousCalls = new Budget(limits.AnonymousPerMinute, time);
        _malformedTokens = new Budget(limits.MalformedTokensPerMinute, time);
        _refusedTokens = new Budget(limits.RefusedTokensPerMinute, time);
        _resolutions = new Budget(limits.ResolutionsPerMinute, time);
        _tokenResolutions = new Budget(limits.TokenResolutionsPerMinute, time);
        _renewals = new Budget(limits.TokenResolutionsPerMinute, time);
        _allResolutions = new TotalBudget(limits.AllResolutionsPerMinute, time);
        _reads = new Budget(limits.ReadsPerMinute, time);
        _changes = new Budget(limits.ChangesPerMinute, time);
        _denials = new Budget(limits.DenialsPerMinute, time);
        _newGroups = new Budget(limits.NewGroupsPerMinute, time);
        _rotations = new Budget(limits.RotationsPerHour, time, Hour);
    }

    /// <summary>Accounts that called with a valid token.</summary>
    internal KnownCallers Callers { get; }

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

    /// <summary>
    /// A token that was refused. The call fails in any case: 429 instead of 401 tells its sender to slow down. A valid token
    /// is not affected, whoever sends the others.
    /// </summary>
    /// <param name="address">Where it came from.</param>
    /// <param name="issuer">Whose signature it does not have; null where the token was refused before that was checked.</param>
    public void TakeRefusedToken(ClientAddress address, Did? issuer)
    {
        if (!_enabled)
            return;
        if (issuer is { } did)
            _refusedTokens.Take(_hash.Of(address, did));
        else
            _malformedTokens.TakeShared(_hash.Of(address));
    }

    /// <summary>
    /// A look-up of a DID document that goes out to the network. Those without a token count for their address. Those for a
    /// token count for its address only while the account has not called before: they are given back by
    /// <see cref="Authenticated"/>, so what counts in the end are look-ups whose token failed.
    /// </summary>
    /// <exception cref="KeyserverException">RateLimitExceeded: too many for this address; UpstreamFailure: too many for all together.</exception>
    public void TakeResolution(Did did, ClientAddress address, LookupReason reason)
    {
        if (!_enabled)
            return;
        var isKnown = reason != LookupReason.PublicKey && Callers.Contains(did);
        if (isKnown && reason == LookupReason.Token)
        {
            TakeOfAll(reserved: 0);
            return;
        }

        var hash = _hash.Of(address);
        if (reason == LookupReason.PublicKey)
        {
            // Who has to wait takes nothing from all; what all have used up costs the address nothing.
            _resolutions.Check(hash);
            TakeOfAll(_reservedResolutions);
            _resolutions.Take(hash);
            return;
        }

        // Apart: forged issuers must not keep a known account from changing its key.
        var budget = isKnown ? _renewals : _tokenResolutions;
        budget.TakeShared(hash);
        try
        {
            TakeOfAll(_reservedResolutions);
        }
        catch (KeyserverException)
        {
            budget.GiveBack(hash);
            throw;
        }
    }

    /// <summary>The account has shown a valid token: its look-ups are free of the address's budget from now on.</summary>
    public void Authenticated(Did did, ClientAddress address)
    {
        if (Callers.Add(did) && _enabled)
            _tokenResolutions.GiveBack(_hash.Of(address));
    }

    /// <summary>A read by an authenticated caller.</summary>
    public void TakeRead(Did caller) => TakeOfCaller(_reads, caller);

    /// <summary>A change by an authenticated caller.</summary>
    public void TakeChange(Did caller) => TakeOfCaller(_changes, caller);

    /// <summary>A call of a stranger to a group, which writes a row of the access log.</summary>
    public void TakeDenial(Did caller) => TakeOfCaller(_denials, caller);

    /// <summary>A group that the owner's first read makes.</summary>
    public void TakeNewGroup(Did owner) => TakeOfCaller(_newGroups, owner);

    /// <summary>A new version of the caller's keypair.</summary>
    public void TakeRotation(Did caller) => TakeOfCaller(_rotations, caller);

    /// <summary>
    /// A new version of a group's key. All delegates of a group share a budget of the same size; the owner does not take part
    /// in it, so no delegate can keep him from rotating.
    /// </summary>
    /// <param name="caller">Who rotates.</param>
    /// <param name="group">The group's id.</param>
    /// <param name="owner">Who owns it.</param>
    public void TakeRotation(Did caller, string group, Did owner)
    {
        TakeOfCaller(_rotations, caller);
        if (_enabled && caller != owner)
            _rotations.TakeShared(_hash.Of(group));
    }

    /// <summary>The caller's own budget first: one who has used it up takes nothing from his domain.</summary>
    private void TakeOfCaller(Budget budget, Did caller)
    {
        if (!_enabled)
            return;
        budget.Take(_hash.Of(caller));
        var domain = _webDomains.Of(caller);
        if (!domain.IsEmpty)
            budget.TakeShared(_hash.Of(domain), _webDomainCallers);
    }

    private void TakeOfAll(int reserved)
    {
        if (!_allResolutions.TryTake(reserved))
            throw KeyserverException.Upstream("Too many accounts are being looked up at once; try again.");
    }
}
