namespace AtpKeyserver.Perf.Speed;

/// <summary>One request as the load generator sends it.</summary>
/// <param name="Path">With its query.</param>
/// <param name="Headers">Besides <c>Host</c>.</param>
/// <param name="Body">JSON; empty for none.</param>
/// <param name="Verb">Of HTTP.</param>
internal sealed record Request(
    string Path, IReadOnlyDictionary<string, string> Headers, string Body = "", string Verb = "GET");
