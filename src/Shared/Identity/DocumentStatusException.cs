using System.Net;

namespace AtpKeyserver.Identity;

/// <summary>The source responded with an error status other than 404, 410 and 3xx.</summary>
internal sealed class DocumentStatusException(HttpStatusCode status, TimeSpan? retryAfter)
    : Exception($"Status {(int)status}")
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>The wait that the source asked for; null if none.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
