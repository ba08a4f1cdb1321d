using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Identity;

/// <summary>
/// What the last look-up of a DID that was answered has found. Immutable, so that readers need no lock.
/// </summary>
/// <param name="Found">The key, or why there is no document.</param>
/// <param name="AskedAt">When the look-up began: nothing in the answer is older.</param>
/// <param name="ForcedAt">When a renewal was last forced.</param>
internal sealed record ResolvedDid(DidDocumentResult Found, DateTimeOffset AskedAt, DateTimeOffset? ForcedAt)
{
    /// <summary>Whether the source failed when a renewal was last forced, so the key may be outdated.</summary>
    public bool HasForcedFailed { get; init; }

    /// <summary>How long a document is used without asking again: 1 h.</summary>
    public static readonly TimeSpan FreshFor = TimeSpan.FromHours(1);

    /// <summary>How old a document may be that serves while its source fails: 24 h in all.</summary>
    public static readonly TimeSpan ServesFor = TimeSpan.FromHours(24);

    /// <summary>How long it is cached that there is no such DID, or no document of it: 10 s.</summary>
    public static readonly TimeSpan AbsentFor = TimeSpan.FromSeconds(10);

    /// <summary>The shortest time between two forced renewals of one DID: 1 min.</summary>
    public static readonly TimeSpan BetweenForced = TimeSpan.FromMinutes(1);

    /// <summary>False when the answer was 404 or 410, or no document of this DID.</summary>
    public bool Exists => Found.Absence is null;

    /// <summary>The <c>#atproto</c> key; null if the document has no usable one.</summary>
    public AtprotoKey? Key => Found.Key;

    public bool IsFresh(DateTimeOffset now) => IsWithin(Exists ? FreshFor : AbsentFor, AskedAt, now);

    public bool MayServeStale(DateTimeOffset now) => Exists && IsWithin(ServesFor, AskedAt, now);

    public bool MayBeForced(DateTimeOffset now) => ForcedAt is not { } forced || !IsWithin(BetweenForced, forced, now);

    /// <summary>A clock that was set back counts as time passed.</summary>
    private static bool IsWithin(TimeSpan span, DateTimeOffset since, DateTimeOffset now) => now >= since && now - since < span;
}
