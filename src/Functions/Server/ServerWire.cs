using System.Text.Json.Serialization;

namespace AtpKeyserver.Functions.Server;

public sealed record ProductAnswer(string Name, string Version);

public sealed record HealthAnswer(string Version);

/// <summary>What this server allows, from the running settings; budgets are those of one instance.</summary>
public sealed record ServerLimits(
    int BodyBytes,
    int ReadsPerMinute,
    int ChangesPerMinute,
    int AnonymousPerMinute,
    int PublicCreationsPerHour,
    string Scope);

public sealed record ServerDescription(
    string Did, string Version, ServerLimits Limits, int AccessLogRetentionDays, IReadOnlyList<string> Features);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProductAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ServerDescription))]
internal sealed partial class ServerJson : JsonSerializerContext;
