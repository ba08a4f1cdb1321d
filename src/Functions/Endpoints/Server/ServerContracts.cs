using System.Text.Json.Serialization;

namespace AtpKeyserver.Functions.Endpoints.Server;

public sealed record ProductOutput(string Name, string Version);

public sealed record HealthOutput(string Version);

/// <summary>The limits from the current settings. Budgets are omitted if they are disabled.</summary>
/// <param name="Enabled">Whether calls are rate-limited.</param>
/// <param name="PerInstance">Whether each instance counts separately.</param>
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
    string Did,
    string Version,
    ServerLimits Limits,
    int AccessLogRetentionDays,
    string IpAddresses,
    IReadOnlyList<string> Features);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ProductOutput))]
[JsonSerializable(typeof(HealthOutput))]
[JsonSerializable(typeof(ServerDescription))]
internal sealed partial class ServerJson : JsonSerializerContext;
