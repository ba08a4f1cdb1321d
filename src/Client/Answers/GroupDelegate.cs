using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>An account that may manage a group. A delegate cannot read the key.</summary>
/// <param name="Did">The delegate.</param>
/// <param name="Permissions">What the delegate may do.</param>
/// <param name="CreatedAt">UTC.</param>
/// <param name="ExpiresAt">When the permissions end, in UTC; <see langword="null"/>: never.</param>
public sealed record GroupDelegate(
    string Did,
    [property: JsonConverter(typeof(GroupPermissionsConverter))] GroupPermissions Permissions,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt = null);
