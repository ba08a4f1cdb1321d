using AtpKeyserver.Identity;

namespace AtpKeyserver.Limits;

/// <summary>Budgets of addresses and callers. Each method takes one unit and throws <c>RateLimitExceeded</c> when none is left.</summary>
public sealed class RateLimits
{
    /// <summary>A call of somebody who has shown no token.</summary>
    public void TakeAnonymousCall(ClientAddress address)
    {
    }

    /// <summary>Throws when the address has used up its refused tokens; asked before a token is looked at.</summary>
    public void CheckRefusedTokens(ClientAddress address)
    {
    }

    /// <summary>Counts a token that was refused.</summary>
    public void CountRefusedToken(ClientAddress address)
    {
    }

    /// <summary>A look-up of a DID document that goes out to the network.</summary>
    public void TakeResolution(ClientAddress address)
    {
    }

    /// <summary>A read by an authenticated caller.</summary>
    public void TakeRead(Did caller)
    {
    }

    /// <summary>A change by an authenticated caller.</summary>
    public void TakeChange(Did caller)
    {
    }
}
