using System.Text.Json.Serialization;
using AtpKeyserver.Sealing;
using AtpKeyserver.Xrpc;

namespace AtpKeyserver.Functions.Groups;

public sealed record GroupKeyAnswer(string GroupId, Secret SecretKey, int Version);

public sealed record RotateGroupKeyInput(
    [property: JsonPropertyName("group_id")] string? GroupId,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("expected_version")] int? ExpectedVersion);

public sealed record GroupKeyRotated(string GroupId, int OldVersion, int NewVersion, DateTimeOffset RotatedAt);

public sealed record GroupKeyVersions(string GroupId, IEnumerable<KeyVersionEntry> Versions);

public sealed record MemberInput(
    [property: JsonPropertyName("group_id")] string? GroupId,
    [property: JsonPropertyName("member_did")] string? MemberDid,
    [property: JsonPropertyName("rotate")] bool? Rotate);

public sealed record MemberChanged(string GroupId, string MemberDid, string Status, int? NewVersion = null);

public sealed record GroupInput([property: JsonPropertyName("group_id")] string? GroupId);

public sealed record GroupDeleted(string GroupId, string Status);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    Converters = [typeof(SecretConverter), typeof(TimeConverter)])]
[JsonSerializable(typeof(GroupKeyAnswer))]
[JsonSerializable(typeof(RotateGroupKeyInput))]
[JsonSerializable(typeof(GroupKeyRotated))]
[JsonSerializable(typeof(GroupKeyVersions))]
[JsonSerializable(typeof(MemberInput))]
[JsonSerializable(typeof(MemberChanged))]
[JsonSerializable(typeof(GroupInput))]
[JsonSerializable(typeof(GroupDeleted))]
internal sealed partial class GroupJson : JsonSerializerContext;
