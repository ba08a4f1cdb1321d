using System.Diagnostics;

namespace AtpKeyserver.Observability;

/// <summary>
/// A span for each call, named by its method, and for each try of a request to a dependency, named by that and the verb. No address, no path,
/// no account. While nobody listens there are none, and nothing is allocated.
/// </summary>
internal static class Traces
{
    public const string SourceName = "AtpKeyserver";

    private static readonly ActivitySource s_source = new(SourceName);

    public static bool IsOn => s_source.HasListeners();

    /// <summary>The root of a trace: what a client says of its own, baggage and sampling included, is a stranger's text.</summary>
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
