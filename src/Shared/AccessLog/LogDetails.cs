using System.Text.Json.Serialization;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// The sealed form of an event; an access-log row holds one or several. With <c>targets</c> it stands for one entry for
/// each of them.
/// </summary>
internal sealed record LogDetails(
    [property: JsonPropertyName("action")] string Action,
    [property: JsonPropertyName("outcome")] string Outcome,
    [property: JsonPropertyName("did")] string Did,
    [property: JsonPropertyName("version")] int? Version,
    [property: JsonPropertyName("target")] string? Target,
    [property: JsonPropertyName("ip")] string? Ip,
    [property: JsonPropertyName("user_agent")] string? UserAgent,
    [property: JsonPropertyName("reason")] string? Reason = null,
    [property: JsonPropertyName("targets")] IReadOnlyList<string>? Targets = null);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(LogDetails))]
[JsonSerializable(typeof(LogDetails[]))]
internal sealed partial class AuditJson : JsonSerializerContext;
