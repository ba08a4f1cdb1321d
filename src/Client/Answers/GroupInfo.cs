using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>A group of the account, once for each role that it has.</summary>
/// <param name="GroupId"><c>{owner DID}#{name}</c>.</param>
/// <param name="Role">What the account is to it.</param>
/// <param name="ActiveVersion">Of the key.</param>
/// <param name="CreatedAt">UTC.</param>
public sealed record GroupInfo(
    [property: JsonPropertyName("groupId")] string GroupId,
    GroupRole Role,
    [property: JsonPropertyName("activeVersion")] int ActiveVersion,
    DateTimeOffset CreatedAt);
