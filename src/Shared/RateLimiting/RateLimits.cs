using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.RateLimiting;

/// <summary>
/// Rate limits of calls by address and caller, in this instance's memory, whose size is fixed. Each method takes one
/// unit, or as many as it says, and throws <see cref="RateLimitExceededException"/> (429) if fewer are left. A client
/// with its own budget then waits 1 s, the next time 2 s, up to 15 min; each minute without an offence reduces the
/// count by one. Shared budgets have no such penalty. Authenticated calls have no budget per address, because a PDS
/// proxies many users from one address; for the same reason, other clients' tokens never cause a valid token to be
/// rejected.
/// </summary>
public sealed class RateLimits
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private readonly bool _enabled;
    private readonly DenyList _denied;
    private readonly WebDomains _webDomains;
    private readonly int _webDomainCallers;
    private readonly IdentifierHash _hash = new();
    private readonly Budget _anonymousCalls;
    private readonly Budget _logReads;
    private readonly Budget _malformedTokens;
    private readonly Budget _refusedTokens;
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
        _webDomainCallers = limits.WebDomainCallers;
        _anonymousCalls = new Budget(limits.AnonymousPerMinute, time);
        _logReads = new Budget(limits.LogReadsPerMinute, time);
        _malformedTokens = new Budget(limits.MalformedTokensPerMinute, time);
        _refusedTokens = new Budget(limits.RefusedTokensPerMinute, time);
        _reads = new Budget(limits.ReadsPerMinute, time);
        _changes = new Budget(limits.ChangesPerMinute, time);
        _denials = new Budget(limits.DenialsPerMinute, time);
        _newGroups = new Budget(limits.NewGroupsPerMinute, time);
        _rotations = new Budget(limits.RotationsPerHour, time, Hour);
    }

    /// <summary>Rejects networks on the deny list, even if rate limits are off.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.Forbidden"/> (403).</exception>
    public void CheckDenied(ClientAddress address)
    {
        if (_denied.Contains(address))
            throw new KeyserverException(
                ErrorName.Forbidden, "Requests from this network are blocked by the operator.");
    }

    /// <summary>
    /// Rejects accounts on the deny list, even if rate limits are off. Call it after the signature check: only the
    /// account itself may learn that it is blocked.
    /// </summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.Forbidden"/> (403).</exception>
    public void CheckDenied(Did caller)
    {
        if (_denied.Contains(caller))
            throw new KeyserverException(ErrorName.Forbidden, "This account is blocked by the operator.");
    }

    /// <summary>A call without a token.</summary>
    public void TakeAnonymousCall(ClientAddress address)
    {
        if (_enabled)
            _anonymousCalls.Take(_hash.Of(address));
    }

    /// <summary>A read of the transparency log.</summary>
    public void TakeLogRead(ClientAddress address)
    {
        if (_enabled)
            _logReads.Take(_hash.Of(address));
    }

    /// <summary>
    /// A rejected token. The call fails anyway; 429 instead of 401 tells the client to slow down. Valid tokens are not
    /// affected.
    /// </summary>
    /// <param name="address">The client's address.</param>
    /// <param name="issuer">The claimed issuer if the signature check failed; null if an earlier check failed.</param>
    public void TakeRefusedToken(ClientAddress address, Did? issuer)
    {
        if (!_enabled)
            return;
        if (issuer is { } did)
            _refusedTokens.Take(_hash.Of(address, did));
        else
            _malformedTokens.TakeShared(_hash.Of(address));
    }

    /// <summary>A read by an authenticated caller.</summary>
    public void TakeRead(Did caller) => TakeCallerUnits(_reads, caller);

    /// <summary>The reads of one call after the first (<see cref="TakeRead"/>): all or none.</summary>
    public void TakeFurtherReads(Did caller, int count) => TakeFurtherUnits(_reads, caller, count);

    /// <summary>A change by an authenticated caller.</summary>
    public void TakeChange(Did caller) => TakeCallerUnits(_changes, caller);

    /// <summary>The changes of one call after the first (<see cref="TakeChange"/>): all or none.</summary>
    public void TakeFurtherChanges(Did caller, int count) => TakeFurtherUnits(_changes, caller, count);

    /// <summary>A call that a group rejects: it writes an access-log row.</summary>
    public void TakeDenial(Did caller) => TakeCallerUnits(_denials, caller);

    /// <summary>A group created by its owner's first read.</summary>
    public void TakeNewGroup(Did owner) => TakeCallerUnits(_newGroups, owner);

    /// <summary>A new version of the caller's keypair.</summary>
    public void TakeRotation(Did caller) => TakeCallerUnits(_rotations, caller);

    /// <summary>
    /// A new version of a group's key. All delegates of a group share one budget of the same size. The owner does not,
    /// so delegates cannot block the owner's rotations.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="group">The group's id.</param>
    /// <param name="owner">The group's owner.</param>
    public void TakeRotation(Did caller, string group, Did owner)
    {
        TakeCallerUnits(_rotations, caller);
        if (_enabled && caller != owner)
            _rotations.TakeShared(_hash.Of(group));
    }

    /// <summary>
    /// A call never takes more than a full budget: otherwise it could not succeed at any time. A refused call gives
    /// back its first unit, so that it succeeds after the time that the refusal states.
    /// </summary>
    private void TakeFurtherUnits(Budget budget, Did caller, int count)
    {
        var units = Math.Min(count, budget.Limit - 1);
        if (!_enabled || units <= 0)
            return;
        var (own, taken) = (_hash.Of(caller), 1);
        var domain = _webDomains.Of(caller);
        try
        {
            budget.Take(own, units);
            taken += units;
            if (!domain.IsEmpty)
                budget.TakeShared(_hash.Of(domain), _webDomainCallers, units);
        }
        catch (RateLimitExceededException)
        {
            budget.GiveBack(own, taken);
            if (!domain.IsEmpty)
                budget.GiveBack(_hash.Of(domain), 1, _webDomainCallers);
            throw;
        }
    }

    /// <summary>
    /// The caller's own budget comes first: a caller that exceeds it does not use the domain's budget.
    /// </summary>
    private void TakeCallerUnits(Budget budget, Did caller)
    {
        if (!_enabled)
            return;
        budget.Take(_hash.Of(caller));
        var domain = _webDomains.Of(caller);
        if (!domain.IsEmpty)
            budget.TakeShared(_hash.Of(domain), _webDomainCallers);
    }
}
