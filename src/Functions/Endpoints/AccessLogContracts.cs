using System.Text.Json.Serialization;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Functions.Endpoints;

/// <summary>A page of an access log.</summary>
public sealed record AccessLogOutput(IEnumerable<AccessLogEntry> Entries, string? Cursor)
{
    public static AccessLogOutput From(LogPage page) => new(page.Entries.Select(AccessLogEntry.From), page.Cursor);
}

/// <summary>An entry of an access log.</summary>
public sealed record AccessLogEntry(
    [property: JsonPropertyName("version")] int? Version,
    [property: JsonPropertyName("action")] string Action,
    [property: JsonPropertyName("did")] string Did,
    [property: JsonPropertyName("target")] string? Target,
    [property: JsonPropertyName("accessed_at")] DateTimeOffset AccessedAt,
    [property: JsonPropertyName("ip")] string? Ip,
    [property: JsonPropertyName("user_agent")] string? UserAgent,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("outcome")] string Outcome)
{
    public static AccessLogEntry From(LogEntry entry) =>
        new(
            entry.Version,
            entry.Action,
            entry.Did,
            entry.Target,
            entry.AccessedAt,
            entry.Ip,
            entry.UserAgent,
            entry.Reason,
            entry.Outcome);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(TimeConverter)])]
[JsonSerializable(typeof(AccessLogOutput))]
internal sealed partial class AccessLogJson : JsonSerializerContext;
