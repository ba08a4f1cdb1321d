using System.Text.Json.Serialization;

namespace AtpKeyserver.Functions.Endpoints.Server;

public sealed record ProductAnswer(string Name, string Version);

public sealed record HealthAnswer(string Version);

/// <summary>What this server allows, from the running settings. Budgets are left out while they are off.</summary>
/// <param name="Enabled">Whether calls are counted.</param>
/// <param name="PerInstance">Each instance counts for itself.</param>
public sealed record ServerLimits(
    bool Enabled,
    bool PerInstance,
    int MaxBodyBytes,
    int MaxPageSize,
    int? AnonymousPerMinute = null,
    int? MalformedTokensPerMinute = null,
    int? RefusedTokensPerMinute = null,
    int? ResolutionsPerMinute = null,
    int? TokenResolutionsPerMinute = null,
    int? ReadsPerMinute = null,
    int? ChangesPerMinute = null,
    int? DenialsPerMinute = null,
    int? NewGroupsPerMinute = null,
    int? RotationsPerHour = null,
    int? AdditionsPerDay = null,
    int? WebDomainCallers = null);

public sealed record ServerDescription(
    string Did, string Version, ServerLimits Limits, int AccessLogRetentionDays, string IpAddresses, IReadOnlyList<string> Features);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProductAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ServerDescription))]
internal sealed partial class ServerJson : JsonSerializerContext;
