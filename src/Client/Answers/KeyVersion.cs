using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>Describes a version of a key, without the key itself.</summary>
/// <param name="Version">From 1 upwards. Numbers are not reused.</param>
/// <param name="Status"><c>active</c> for exactly one version, otherwise <c>revoked</c>.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="RevokedAt">When a newer version replaced it; UTC.</param>
public sealed record KeyVersion(int Version, string Status, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt = null)
{
    /// <summary>Whether new content is encrypted with this version.</summary>
    [JsonIgnore]
    public bool IsActive => Status == "active";
}
