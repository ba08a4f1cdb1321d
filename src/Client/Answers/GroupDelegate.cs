using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>Somebody who has rights over a group. The key is not among them.</summary>
/// <param name="Did">Who.</param>
/// <param name="Permissions">What it may do.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">From when on it has no rights; <see langword="null"/>: never. UTC.</param>
public sealed record GroupDelegate(
    string Did,
    [property: JsonConverter(typeof(GroupPermissionsConverter))] GroupPermissions Permissions,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt = null);
