using System.Text.Json.Serialization;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Functions.Endpoints;

/// <summary>An entry of a version list.</summary>
public sealed record KeyVersionEntry(
    [property: JsonPropertyName("version")] int Version,
    [property: JsonPropertyName("status")] string Status,
    [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("revoked_at")] DateTimeOffset? RevokedAt)
{
    public static IEnumerable<KeyVersionEntry> From(IEnumerable<KeyVersionStatus> versions) =>
        versions.Select(
            v => new KeyVersionEntry(v.Version, v.RevokedAt is null ? "active" : "revoked", v.CreatedAt, v.RevokedAt));
}
