using System.Diagnostics;
using AtpKeyserver.Errors;
using AtpKeyserver.Telemetry;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Identity;

/// <summary>
/// The look-ups that go out: at most <see cref="Max"/> at a time, of which <see cref="MaxWeb"/> may be to hosts that strangers name, so
/// that slow hosts never take the directory's places. Who finds no place within <see cref="Patience"/>, or
/// <see cref="Places.MaxWaiting"/> before him, is told to come back.
/// </summary>
internal sealed class LookUps(
    IDidDocumentSource plc, IDidDocumentSource web, ILogger<LookUps> logger, KeyserverMetrics? metrics = null) : IDisposable
{
    public const int Max = 32;
    public const int MaxWeb = 16;

    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Places _places = new(Max, Patience);
    private readonly Places _webPlaces = new(MaxWeb, Patience);

    /// <summary>The document; null if there is none.</summary>
    /// <exception cref="KeyserverException"><see cref="ErrorName.UpstreamFailure"/>: every way in which the source cannot
    /// answer.</exception>
    public async Task<DidDocument?> FetchAsync(Did did)
    {
        var isWeb = did.Method == DidMethod.Web;
        if (isWeb && !await _webPlaces.TryEnterAsync())
            throw Busy(did);
        try
        {
            if (!await _places.TryEnterAsync())
                throw Busy(did);
            try
            {
                return await AskAsync(did, isWeb ? web : plc);
            }
            finally
            {
                _places.Leave();
            }
        }
        finally
        {
            if (isWeb)
                _webPlaces.Leave();
        }
    }

    public void Dispose()
    {
        _places.Dispose();
        _webPlaces.Dispose();
    }

    private async Task<DidDocument?> AskAsync(Did did, IDidDocumentSource source)
    {
        try
        {
            var document = await FetchAsync(did, source);
            return document is null ? null : DidDocument.Parse(did, document);
        }
#pragma warning disable CA1031 // Whatever a stranger's server makes go wrong is one thing to the caller: it cannot answer.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Log.LookUpFailed(logger, did.Method, e.GetType().Name);
            throw KeyserverException.Upstream("The DID document cannot be fetched now", e);
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

    private KeyserverException Busy(Did did)
    {
        Log.TooManyLookUps(logger, did.Method);
        return KeyserverException.Upstream("Too many DIDs are being looked up now");
    }
}
