using System.Globalization;

namespace AtpKeyserver.Errors;

/// <summary>
/// A rate limit is exceeded: 429 with <c>Retry-After</c>, <c>RateLimit-Limit</c>, <c>RateLimit-Remaining</c>,
/// <c>RateLimit-Reset</c> and <c>RateLimit-Policy</c>.
/// <see href="https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06"/>
/// </summary>
public sealed class RateLimitExceededException : KeyserverException
{
    /// <param name="limit">Calls per window.</param>
    /// <param name="wait">Time until the next call is allowed.</param>
    /// <param name="window">The window; null for one minute.</param>
    internal RateLimitExceededException(int limit, TimeSpan wait, TimeSpan? window = null)
        : this(
            limit,
            Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)),
            (int)(window ?? TimeSpan.FromMinutes(1)).TotalSeconds)
    {
    }

    private RateLimitExceededException(int limit, int seconds, int window)
        : base(
            ErrorName.RateLimitExceeded,
            $"Too many requests; try again in {seconds.ToString(CultureInfo.InvariantCulture)} s")
    {
        Limit = limit;
        Policy = string.Create(CultureInfo.InvariantCulture, $"{limit};w={window}");
        Reset = seconds;
        RetryAfter = TimeSpan.FromSeconds(seconds);
    }

    /// <summary>Calls per window.</summary>
    public int Limit { get; }

    /// <summary>Always 0.</summary>
    public int Remaining => 0;

    /// <summary>
    /// Whole seconds until the next call is allowed, at least 1; equals <see cref="KeyserverException.RetryAfter"/>.
    /// </summary>
    public int Reset { get; }

    /// <summary>The limit and its window in seconds, such as <c>300;w=60</c>.</summary>
    public string Policy { get; }
}
