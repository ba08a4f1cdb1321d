using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>A group of the account. A group is listed once for each role of the account.</summary>
/// <param name="GroupId"><c>{owner DID}#{name}</c>.</param>
/// <param name="Role">The account's role.</param>
/// <param name="ActiveVersion">The active version of the key.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record GroupInfo(
    [property: JsonPropertyName("groupId")] string GroupId,
    GroupRole Role,
    [property: JsonPropertyName("activeVersion")] int ActiveVersion,
    DateTimeOffset CreatedAt);
