using System.Net;

namespace AtpKeyserver.Identity;

/// <summary>The source answers with a status that is no document, no absence and no redirect.</summary>
internal sealed class DocumentStatusException(HttpStatusCode status, TimeSpan? retryAfter)
    : Exception($"Status {(int)status}")
{
    public HttpStatusCode Status { get; } = status;

    /// <summary>How long the source asks us to wait; null where it does not say.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;
}
