using System.Diagnostics;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using AtpKeyserver.RateLimiting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Identity;

/// <summary>
/// The lookups that go out: at most <see cref="Max"/> at a time, of which <see cref="MaxWeb"/> may be of hosts that
/// strangers name, so that slow hosts never take the directory's slots. A quarter of both is reserved for DIDs that
/// have called before (<see cref="KnownCallers"/>). A lookup that gets no slot within <see cref="Patience"/>, or finds
/// <see cref="ConcurrencyLimiter.MaxWaiting"/> in the queue, is refused.
/// </summary>
internal sealed class DidDocumentFetcher(
    IDidDocumentSource plc,
    IDidDocumentSource web,
    TimeProvider clock,
    ILogger<DidDocumentFetcher> logger,
    KeyserverMetrics? metrics = null)
    : IDisposable
{
    public const int Max = 32;
    public const int MaxWeb = 16;
    public const int Reserved = 8;
    public const int ReservedWeb = 4;

    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly LookupSlots _slots = new(Max - Reserved, MaxWeb - ReservedWeb, Patience);
    private readonly LookupSlots _reserved = new(Reserved, ReservedWeb, Patience);
    private readonly SourcePauses _pauses = new(clock);

    /// <summary>Does nothing where the source may be asked now.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.UpstreamFailure"/>: the source asked us to
    /// wait.</exception>
    public void CheckPause(Did did) => _pauses.Check(did);

    /// <summary>What the source says of the DID.</summary>
    /// <param name="did">Whose document.</param>
    /// <param name="isReserved">Whether the lookup takes one of the reserved slots.</param>
    /// <exception cref="SourceFailedException">The source fails.</exception>
    /// <exception cref="KeyserverException"><see cref="ErrorName.UpstreamFailure"/>: no slot, or the source throttles
    /// us.</exception>
    public async Task<DidDocumentResult> FetchAsync(Did did, bool isReserved)
    {
        DidDocumentResult? result = null;
        var isWeb = did.Method == DidMethod.Web;
        if ((isReserved && await _reserved.TryRunAsync(isWeb, AskAsync)) || await _slots.TryRunAsync(isWeb, AskAsync))
            return result!;
        Log.TooManyLookUps(logger, did.Method);
        throw KeyserverException.Upstream("Too many DIDs are being looked up; try again.");

        async Task AskAsync() => result = await this.AskAsync(did, isWeb ? web : plc);
    }

    public void Dispose()
    {
        _slots.Dispose();
        _reserved.Dispose();
    }

    private async Task<DidDocumentResult> AskAsync(Did did, IDidDocumentSource source)
    {
        // It may have been throttled while this lookup waited for its slot.
        _pauses.Check(did);
        try
        {
            var document = await FetchAsync(did, source);
            return document is null ? DidDocumentResult.NotFound : DidDocumentResult.Of(DidDocument.Parse(did, document));
        }
        catch (UnusableDocumentException e) when (e.IsOfAnotherDid || did.Method == DidMethod.Web)
        {
            // The host of a did:web is the account's own. A directory that sends no document fails.
            Log.LookUpFailed(logger, did.Method, e.Message);
            return DidDocumentResult.Unusable(e.Message);
        }
        catch (DocumentStatusException e)
        {
            Log.LookUpFailed(logger, did.Method, e.Message);
            throw _pauses.Refuse(did, e);
        }
#pragma warning disable CA1031 // Whatever else goes wrong with a stranger's server: it cannot answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.LookUpFailed(logger, did.Method, e.GetType().Name);
            throw new SourceFailedException(inner: e);
        }
    }

    /// <summary>Whoever likes may name a host of a did:web that fails: it is counted apart from the directory.</summary>
    private async Task<byte[]?> FetchAsync(Did did, IDidDocumentSource source)
    {
        var dependency = did.Method == DidMethod.Web ? "web" : "directory";
        var began = Stopwatch.GetTimestamp();
        var span = Traces.StartDependency(dependency, "GET");
        var outcome = "failed";
        try
        {
            var document = await source.FetchAsync(did, CancellationToken.None);
            outcome = "ok";
            return document;
        }
        finally
        {
            metrics?.DependencyAnswered(dependency, outcome, Stopwatch.GetElapsedTime(began));
            Traces.End(span, outcome, failed: outcome != "ok");
        }
    }
}
