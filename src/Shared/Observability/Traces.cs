using System.Diagnostics;

namespace AtpKeyserver.Observability;

/// <summary>
/// Spans for calls (named by method) and for each attempt of a dependency request (named by dependency and verb),
/// without addresses, paths or accounts. Without a listener, no span is created or allocated.
/// </summary>
internal static class Traces
{
    public const string SourceName = "AtpKeyserver";

    private static readonly ActivitySource s_source = new(SourceName);

    public static bool IsOn => s_source.HasListeners();

    /// <summary>Starts a new trace: the client's trace context, baggage and sampling are untrusted.</summary>
    public static Activity? StartCall(string method)
    {
        if (!IsOn)
            return null;
        Activity.Current = null;
        return s_source.StartActivity(method, ActivityKind.Server);
    }

    public static Activity? StartTimer(string timer) => s_source.StartActivity(timer);

    public static Activity? StartDependency(string dependency, string verb) =>
        IsOn ? s_source.StartActivity($"{dependency} {verb}", ActivityKind.Client) : null;

    public static void End(Activity? span, string outcome, bool failed)
    {
        if (span is null)
            return;
        span.SetTag("outcome", outcome);
        span.SetStatus(failed ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
        span.Dispose();
    }
}
