namespace AtpKeyserver.Client;

/// <summary>What one caller may do in a minute; <see langword="null"/> where there is no limit.</summary>
/// <param name="Enabled">Whether calls are counted.</param>
/// <param name="PerInstance">Whether each instance of the server counts for itself.</param>
/// <param name="MaxBodyBytes">The largest request body.</param>
/// <param name="MaxPageSize">The most entries of a page.</param>
/// <param name="AnonymousPerMinute">Calls without a token, by address.</param>
/// <param name="RefusedTokensPerMinute">By address.</param>
/// <param name="ResolutionsPerMinute">Look-ups of DID documents, by address.</param>
/// <param name="ReadsPerMinute">By account.</param>
/// <param name="ChangesPerMinute">By account.</param>
public sealed record ServerLimits(
    bool Enabled,
    bool PerInstance,
    int? MaxBodyBytes = null,
    int? MaxPageSize = null,
    int? AnonymousPerMinute = null,
    int? RefusedTokensPerMinute = null,
    int? ResolutionsPerMinute = null,
    int? ReadsPerMinute = null,
    int? ChangesPerMinute = null);
