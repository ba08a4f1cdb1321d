using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>A version of a key, without the key.</summary>
/// <param name="Version">From 1 upwards; no number is used twice.</param>
/// <param name="Status"><c>active</c>, of which there is exactly one, or <c>revoked</c>.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="RevokedAt">When another version took its place; UTC.</param>
public sealed record KeyVersion(int Version, string Status, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt = null)
{
    /// <summary>Whether this is the version that new content is encrypted with.</summary>
    [JsonIgnore]
    public bool IsActive => Status == "active";
}
