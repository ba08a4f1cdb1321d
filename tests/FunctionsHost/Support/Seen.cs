namespace AtpKeyserver.Tests.FunctionsHost.Support;

/// <summary>The request as the function Echo received it.</summary>
internal sealed record Seen(
    string Function,
    string Method,
    string Path,
    string Query,
    IReadOnlyDictionary<string, string> Headers,
    IReadOnlyDictionary<string, string> RouteValues,
    long BodyLength,
    string BodyHash,
    string TraceParent,
    int ProcessId);
