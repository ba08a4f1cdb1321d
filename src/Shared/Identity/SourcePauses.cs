using System.Net;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Identity;

/// <summary>
/// Sources of DID documents that answered 429 or 503 and said how long to wait: the directory, and single hosts of
/// did:web. They are not asked before that, <see cref="Longest"/> at most.
/// </summary>
internal sealed class SourcePauses(TimeProvider clock)
{
    /// <summary>1 min: a wrong number must not stop lookups for longer.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(1);

    /// <summary>Some 1 MB. A host that is forgotten is asked a little too early.</summary>
    private const int MaxHosts = 4096;

    private readonly BoundedCache<Did, Pause> _hosts = new(MaxHosts);
    private Pause? _directory;

    /// <summary>Does nothing where the source may be asked.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.UpstreamFailure"/> with the rest of the
    /// wait.</exception>
    public void Check(Did did)
    {
        var pause = did.Method == DidMethod.Web ? _hosts.Find(did) : Volatile.Read(ref _directory);
        if (pause is not null && pause.Wait - clock.GetElapsedTime(pause.Since) is var rest && rest > TimeSpan.Zero)
            throw Refusal(pause.Status, rest, inner: null);
    }

    /// <summary>The refusal for an answer of the source, which is not asked again while it wants us to wait.</summary>
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

    /// <summary>A source that throttles us does not fail: strangers may have made us ask too much.</summary>
    private static KeyserverException Refusal(HttpStatusCode status, TimeSpan? wait, Exception? inner) =>
        status == HttpStatusCode.TooManyRequests
            ? new KeyserverException(ErrorName.UpstreamFailure, "The DID document's source is busy; try again.", inner)
            {
                RetryAfter = wait ?? SourceFailedException.DefaultWait,
            }
            : new SourceFailedException(wait, inner);

    private sealed record Pause(HttpStatusCode Status, long Since, TimeSpan Wait);
}
