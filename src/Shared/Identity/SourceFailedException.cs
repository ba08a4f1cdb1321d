using AtpKeyserver.Errors;

namespace AtpKeyserver.Identity;

/// <summary>
/// The source of a DID document fails: 503. Only this failure lets a stale document serve. What strangers can cause by
/// asking us too much, full queues, used-up budgets and a source that throttles us, is another one.
/// </summary>
internal sealed class SourceFailedException : KeyserverException
{
    /// <summary>How long a caller waits where the source does not say: 1 s.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(1);

    public SourceFailedException(TimeSpan? wait = null, Exception? inner = null)
        : base(ErrorName.UpstreamFailure, "The DID document cannot be fetched now; try again.", inner)
    {
        RetryAfter = wait ?? DefaultWait;
    }
}
