using System.Globalization;

namespace AtpKeyserver.Errors;

/// <summary>
/// A budget is used up: 429 with <c>Retry-After</c>, <c>RateLimit-Limit</c>, <c>RateLimit-Remaining</c>, <c>RateLimit-Reset</c> and
/// <c>RateLimit-Policy</c>. <see href="https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06"/>
/// </summary>
public sealed class RateLimitExceededException : KeyserverException
{
    /// <param name="limit">How many calls the budget holds.</param>
    /// <param name="wait">Until a call is let through again.</param>
    /// <param name="window">Of the budget; null for one minute.</param>
    internal RateLimitExceededException(int limit, TimeSpan wait, TimeSpan? window = null)
        : this(limit, Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)), (int)(window ?? TimeSpan.FromMinutes(1)).TotalSeconds)
    {
    }

    private RateLimitExceededException(int limit, int seconds, int window)
        : base(ErrorName.RateLimitExceeded, $"Too many requests; try again in {seconds.ToString(CultureInfo.InvariantCulture)} s")
    {
        Limit = limit;
        Policy = string.Create(CultureInfo.InvariantCulture, $"{limit};w={window}");
        Reset = seconds;
        RetryAfter = TimeSpan.FromSeconds(seconds);
    }

    /// <summary>How many calls the budget holds.</summary>
    public int Limit { get; }

    /// <summary>How many are left: none.</summary>
    public int Remaining => 0;

    /// <summary>
    /// Whole seconds until a call is let through again, at least 1; the same as <see cref="KeyserverException.RetryAfter"/>.
    /// </summary>
    public int Reset { get; }

    /// <summary>The budget and its window in seconds, such as <c>300;w=60</c>.</summary>
    public string Policy { get; }
}
