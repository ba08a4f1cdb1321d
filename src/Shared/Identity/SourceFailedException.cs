using AtpKeyserver.Errors;

namespace AtpKeyserver.Identity;

/// <summary>
/// 503: the source of a DID document is unavailable. Only this failure allows a stale document to be served. Conditions
/// that clients can cause by load (a full queue, an exceeded budget, a throttling source) are different exceptions.
/// </summary>
internal sealed class SourceFailedException : KeyserverException
{
    /// <summary><c>Retry-After</c> if the source does not specify one: 1 s.</summary>
    public static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(1);

    public SourceFailedException(TimeSpan? wait = null, Exception? inner = null)
        : base(ErrorName.UpstreamFailure, "The DID document cannot be fetched; try again later.", inner)
    {
        RetryAfter = wait ?? DefaultWait;
    }
}
