using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Identity;

/// <summary>The result of the last successful lookup of a DID. Immutable, so that readers need no lock.</summary>
/// <param name="Found">The key, or why there is no document.</param>
/// <param name="AskedAt">When the lookup started, so no part of the response is older.</param>
/// <param name="ForcedAt">When a refresh was last forced.</param>
internal sealed record ResolvedDid(DidDocumentResult Found, DateTimeOffset AskedAt, DateTimeOffset? ForcedAt)
{
    /// <summary>Whether the source failed when a refresh was last forced, so the key may be outdated.</summary>
    public bool HasForcedFailed { get; init; }

    /// <summary>How long a document is fresh: 1 h.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromHours(1);

    /// <summary>How long a document may be served while its source is unavailable: 24 h in all.</summary>
    public static readonly TimeSpan StaleLimit = TimeSpan.FromHours(24);

    /// <summary>How long absence is cached: 10 s.</summary>
    public static readonly TimeSpan AbsentFor = TimeSpan.FromSeconds(10);

    /// <summary>The minimum interval between forced refreshes of one DID: 1 min.</summary>
    public static readonly TimeSpan ForcedInterval = TimeSpan.FromMinutes(1);

    /// <summary>False for 404, 410 or an unusable document.</summary>
    public bool Exists => Found.Absence is null;

    /// <summary>The <c>#atproto</c> key; null if the document has no usable one.</summary>
    public AtprotoKey? Key => Found.Key;

    public bool IsFresh(DateTimeOffset now) => IsWithin(Exists ? FreshFor : AbsentFor, AskedAt, now);

    public bool CanServeStale(DateTimeOffset now) => Exists && IsWithin(StaleLimit, AskedAt, now);

    public bool CanForceRefresh(DateTimeOffset now) =>
        ForcedAt is not { } forced || !IsWithin(ForcedInterval, forced, now);

    /// <summary>If the clock was set back, the span has passed.</summary>
    private static bool IsWithin(TimeSpan span, DateTimeOffset since, DateTimeOffset now) =>
        now >= since && now - since < span;
}
