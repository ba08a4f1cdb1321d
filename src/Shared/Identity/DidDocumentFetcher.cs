using System.Diagnostics;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using AtpKeyserver.RateLimiting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Identity;

/// <summary>
/// Fetches DID documents: at most <see cref="Max"/> lookups at a time, of which at most <see cref="MaxWeb"/> are of
/// did:web hosts, so that slow hosts cannot take all of the PLC directory's slots. A quarter of both is reserved for
/// DIDs that have authenticated (<see cref="KnownCallers"/>). A lookup is rejected if it gets no slot within
/// <see cref="SlotTimeout"/> or <see cref="ConcurrencyLimiter.MaxWaiting"/> lookups are waiting.
/// </summary>
public sealed class DidDocumentFetcher(
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

    public static readonly TimeSpan SlotTimeout = TimeSpan.FromMilliseconds(500);

    private readonly LookupSlots _slots = new(Max - Reserved, MaxWeb - ReservedWeb, SlotTimeout);
    private readonly LookupSlots _reserved = new(Reserved, ReservedWeb, SlotTimeout);
    private readonly SourcePauses _pauses = new(clock);

    /// <summary>Throws if the source has asked us to wait.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.UpstreamFailure"/>: the source asked us to
    /// wait.</exception>
    public void CheckPause(Did did) => _pauses.Check(did);

    /// <summary>Fetches the document of a DID.</summary>
    /// <param name="did">The DID.</param>
    /// <param name="isReserved">Whether to use a reserved slot.</param>
    /// <exception cref="SourceFailedException">The source is unavailable.</exception>
    /// <exception cref="KeyserverException"><see cref="ErrorName.UpstreamFailure"/>: no slot is free, or the source
    /// throttles us.</exception>
    internal async Task<DidDocumentResult> FetchAsync(Did did, bool isReserved)
    {
        DidDocumentResult? result = null;
        var isWeb = did.Method == DidMethod.Web;
        if ((isReserved && await _reserved.TryRunAsync(isWeb, AskAsync)) || await _slots.TryRunAsync(isWeb, AskAsync))
            return result!;
        Log.LookupRejected(logger, did.Method);
        throw KeyserverException.Upstream("DID lookup queue is full; try again.");

        async Task AskAsync() => result = await this.AskAsync(did, isWeb ? web : plc);
    }

    public void Dispose()
    {
        _slots.Dispose();
        _reserved.Dispose();
    }

    private async Task<DidDocumentResult> AskAsync(Did did, IDidDocumentSource source)
    {
        // The source may have throttled us while this lookup waited for its slot.
        _pauses.Check(did);
        try
        {
            var document = await FetchAsync(did, source);
            return document is null
                ? DidDocumentResult.NotFound
                : DidDocumentResult.Of(DidDocument.Parse(did, document));
        }
        catch (UnusableDocumentException e) when (e.IsOfAnotherDid || did.Method == DidMethod.Web)
        {
            // A did:web host belongs to the account; a PLC directory that returns an unusable document is broken.
            Log.LookupFailed(logger, did.Method, e.Message);
            return DidDocumentResult.Unusable(e.Message);
        }
        catch (DocumentStatusException e)
        {
            Log.LookupFailed(logger, did.Method, e.Message);
            throw _pauses.Refuse(did, e);
        }
#pragma warning disable CA1031 // Any other exception means that the source is unavailable.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.LookupFailed(logger, did.Method, e.GetType().Name);
            throw new SourceFailedException(inner: e);
        }
    }

    /// <summary>
    /// Anyone can name a failing did:web host, so these are measured separately from the PLC directory.
    /// </summary>
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
