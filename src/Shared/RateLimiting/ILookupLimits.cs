using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.RateLimiting;

/// <summary>Limits of DID document lookups over the network.</summary>
public interface ILookupLimits
{
    /// <summary>Takes the units of one lookup.</summary>
    /// <exception cref="KeyserverException">RateLimitExceeded: the address's limit is exceeded; UpstreamFailure: the
    /// limit of all addresses is exceeded.</exception>
    public void Take(Did did, ClientAddress address, LookupReason reason);

    /// <summary>The account has a valid token: its lookups no longer count against the address.</summary>
    public void AddCaller(Did did, ClientAddress address);
}
