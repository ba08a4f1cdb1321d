using System.Net;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Identity;

/// <summary>
/// Sources that responded with 429 or 503 and a <c>Retry-After</c>: the PLC directory and individual did:web hosts.
/// They are not called until then, for at most <see cref="Longest"/>.
/// </summary>
internal sealed class SourcePauses(TimeProvider clock)
{
    /// <summary>1 min: a wrong value must not stop lookups for longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>About 1 MB. An evicted host is called a little too early.</summary>
    private const int MaxHosts = 4096;

    private readonly BoundedCache<Did, Pause> _hosts = new(MaxHosts);
    private Pause? _directory;

    /// <summary>Throws if the source has asked us to wait.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.UpstreamFailure"/> with the remaining
    /// wait.</exception>
    public void Check(Did did)
    {
        var pause = did.Method == DidMethod.Web ? _hosts.Find(did) : Volatile.Read(ref _directory);
        if (pause is not null && pause.Wait - clock.GetElapsedTime(pause.Since) is var rest && rest > TimeSpan.Zero)
            throw Refusal(pause.Status, rest, inner: null);
    }

    /// <summary>Creates the exception for an error response and records how long the source asked us to wait.</summary>
    public KeyserverException Refuse(Did did, DocumentStatusException answer)
    {
        if (answer.RetryAfter is not { } asked
            || answer.Status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
            return Refusal(answer.Status, wait: null, answer);
        var wait = asked < Longest ? asked : Longest;
        var pause = new Pause(answer.Status, clock.GetTimestamp(), wait);
        if (did.Method == DidMethod.Web)
            _hosts.Set(did, pause);
        else
            Volatile.Write(ref _directory, pause);
        return Refusal(answer.Status, wait, answer);
    }

    /// <summary>429 does not count as unavailable: clients may have caused the load.</summary>
    private static KeyserverException Refusal(HttpStatusCode status, TimeSpan? wait, Exception? inner) =>
        status == HttpStatusCode.TooManyRequests
            ? new KeyserverException(
                ErrorName.UpstreamFailure,
                "The source of the DID document is throttling requests; try again later.",
                inner)
            {
                RetryAfter = wait ?? SourceFailedException.DefaultWait,
            }
            : new SourceFailedException(wait, inner);

    private sealed record Pause(HttpStatusCode Status, long Since, TimeSpan Wait);
}
