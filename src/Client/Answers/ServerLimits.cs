namespace AtpKeyserver.Client;

/// <summary>What callers may do; <see langword="null"/> where there is no limit.</summary>
/// <param name="Enabled">Whether calls are counted.</param>
/// <param name="PerInstance">Whether each instance of the server counts for itself.</param>
/// <param name="MaxBodyBytes">The largest request body.</param>
/// <param name="MaxPageSize">The most entries of a page; a page of versions has up to 1,000.</param>
/// <param name="AnonymousPerMinute">Calls without a token, by address.</param>
/// <param name="RefusedTokensPerMinute">Tokens that their issuer did not sign, by address and issuer.</param>
/// <param name="ResolutionsPerMinute">Look-ups of DID documents without a token, by address.</param>
/// <param name="ReadsPerMinute">By account.</param>
/// <param name="ChangesPerMinute">By account.</param>
/// <param name="MalformedTokensPerMinute">
/// Tokens that are refused before their signature is checked, by address.
/// </param>
/// <param name="TokenResolutionsPerMinute">Look-ups of DID documents for tokens that are refused, by address.</param>
/// <param name="DenialsPerMinute">Calls that groups refuse, by account.</param>
/// <param name="NewGroupsPerMinute">By account.</param>
/// <param name="RotationsPerHour">By account, and by all delegates of a group together.</param>
/// <param name="WebDomainCallers">How many accounts' budgets the did:web accounts of one domain share.</param>
public sealed record ServerLimits(
    bool Enabled,
    bool PerInstance,
    int? MaxBodyBytes = null,
    int? MaxPageSize = null,
    int? AnonymousPerMinute = null,
    int? RefusedTokensPerMinute = null,
    int? ResolutionsPerMinute = null,
    int? ReadsPerMinute = null,
    int? ChangesPerMinute = null,
    int? MalformedTokensPerMinute = null,
    int? TokenResolutionsPerMinute = null,
    int? DenialsPerMinute = null,
    int? NewGroupsPerMinute = null,
    int? RotationsPerHour = null,
    int? WebDomainCallers = null);
