using System.Text.Json.Serialization;

namespace AtpKeyserver.Tlog;

/// <summary>The JSON of events: snake_case, absent members left out, unknown and repeated ones refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    MaxDepth = 2)]
[JsonSerializable(typeof(LogEvent))]
internal sealed partial class EventJson : JsonSerializerContext;
