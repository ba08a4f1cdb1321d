namespace AtpKeyserver.Client;

/// <summary>The rate and size limits; <see langword="null"/> means no limit.</summary>
/// <param name="Enabled">Whether rate limits apply.</param>
/// <param name="PerInstance">Whether each server instance counts separately.</param>
/// <param name="MaxBodyBytes">The largest request body.</param>
/// <param name="MaxPageSize">The maximum number of entries in a page; a page of versions has up to 1,000.</param>
/// <param name="AnonymousPerMinute">Calls without a token, per address.</param>
/// <param name="RefusedTokensPerMinute">Tokens with an invalid signature, per address and issuer.</param>
/// <param name="ResolutionsPerMinute">DID document lookups for calls without a token, per address.</param>
/// <param name="ReadsPerMinute">Per account.</param>
/// <param name="ChangesPerMinute">Per account.</param>
/// <param name="MalformedTokensPerMinute">
/// Tokens that are rejected before their signature is checked, per address.
/// </param>
/// <param name="TokenResolutionsPerMinute">DID document lookups for tokens that are rejected, per address.</param>
/// <param name="DenialsPerMinute">Calls that are denied access to a group, per account.</param>
/// <param name="NewGroupsPerMinute">Per account.</param>
/// <param name="RotationsPerHour">Per account, and per group for all its delegates together.</param>
/// <param name="AdditionsPerDay">
/// How often one account may add another to groups in a UTC day, on all instances together.
/// </param>
/// <param name="WebDomainCallers">The did:web accounts of one domain share the limits of this many accounts.</param>
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
    int? WebDomainCallers = null,
    int? AdditionsPerDay = null);
