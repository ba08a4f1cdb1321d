namespace AtpKeyserver.Perf.Speed;

/// <summary>A request of the load generator.</summary>
/// <param name="Path">Path and query.</param>
/// <param name="Headers">Headers except <c>Host</c>.</param>
/// <param name="Body">JSON, or empty.</param>
/// <param name="Verb">The HTTP method.</param>
internal sealed record Request(
    string Path, IReadOnlyDictionary<string, string> Headers, string Body = "", string Verb = "GET");
