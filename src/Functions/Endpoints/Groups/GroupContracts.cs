using System.Text.Json.Serialization;
using AtpKeyserver.Crypto;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Functions.Endpoints.Groups;

public sealed record GroupKeyOutput(string GroupId, Secret SecretKey, int Version);

/// <summary>Either the secret key and its version, or an error and the version that was asked for.</summary>
public sealed record GroupKeyEntry(string GroupId, int? Version, Secret? SecretKey, string? Error);

public sealed record GroupKeyList(IReadOnlyList<GroupKeyEntry> Keys);

public sealed record RotateGroupKeyInput(
    [property: JsonPropertyName("group_id")] string? GroupId,
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("expected_version")] int? ExpectedVersion);

public sealed record GroupKeyRotated(string GroupId, int OldVersion, int NewVersion, DateTimeOffset RotatedAt);

public sealed record GroupKeyVersions(string GroupId, IEnumerable<KeyVersionEntry> Versions, string? Cursor);

public sealed record MemberInput(
    [property: JsonPropertyName("group_id")] string? GroupId,
    [property: JsonPropertyName("member_did")] string? MemberDid,
    [property: JsonPropertyName("rotate")] bool? Rotate);

public sealed record MemberChanged(string GroupId, string MemberDid, string Status, int? NewVersion = null);

public sealed record MembersInput(
    [property: JsonPropertyName("group_id")] string? GroupId,
    [property: JsonPropertyName("member_dids")] IReadOnlyList<string?>? MemberDids,
    [property: JsonPropertyName("rotate")] bool? Rotate);

public sealed record MemberStatus(string MemberDid, string Status);

public sealed record MembersChanged(string GroupId, IEnumerable<MemberStatus> Members, int? NewVersion = null);

public sealed record GroupInput([property: JsonPropertyName("group_id")] string? GroupId);

public sealed record GroupDeleted(string GroupId, string Status);

public sealed record MemberEntry(
    [property: JsonPropertyName("did")] string Did,
    [property: JsonPropertyName("added_at")] DateTimeOffset AddedAt,
    [property: JsonPropertyName("added_by")] string AddedBy);

public sealed record MemberList(string GroupId, IEnumerable<MemberEntry> Members, string? Cursor);

public sealed record DelegateInput(
    [property: JsonPropertyName("group_id")] string? GroupId,
    [property: JsonPropertyName("delegate_did")] string? DelegateDid,
    [property: JsonPropertyName("permissions")] IReadOnlyList<string?>? Permissions,
    [property: JsonPropertyName("expires_at")] string? ExpiresAt);

public sealed record DelegateChanged(
    string GroupId, string DelegateDid, string Status, IEnumerable<string>? Permissions = null);

public sealed record DelegateEntry(
    [property: JsonPropertyName("did")] string Did,
    [property: JsonPropertyName("permissions")] IEnumerable<string> Permissions,
    [property: JsonPropertyName("expires_at")] DateTimeOffset? ExpiresAt,
    [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt);

public sealed record DelegateList(string GroupId, IEnumerable<DelegateEntry> Delegates, string? Cursor);

public sealed record GroupEntry(
    [property: JsonPropertyName("groupId")] string GroupId,
    [property: JsonPropertyName("role")] string Role,
    [property: JsonPropertyName("activeVersion")] int ActiveVersion,
    [property: JsonPropertyName("created_at")] DateTimeOffset CreatedAt);

public sealed record GroupList(IEnumerable<GroupEntry> Groups, string? Cursor);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    Converters = [typeof(SecretConverter), typeof(TimeConverter)])]
[JsonSerializable(typeof(GroupKeyOutput))]
[JsonSerializable(typeof(GroupKeyList))]
[JsonSerializable(typeof(RotateGroupKeyInput))]
[JsonSerializable(typeof(GroupKeyRotated))]
[JsonSerializable(typeof(GroupKeyVersions))]
[JsonSerializable(typeof(MemberInput))]
[JsonSerializable(typeof(MemberChanged))]
[JsonSerializable(typeof(MembersInput))]
[JsonSerializable(typeof(MembersChanged))]
[JsonSerializable(typeof(GroupInput))]
[JsonSerializable(typeof(GroupDeleted))]
[JsonSerializable(typeof(MemberList))]
[JsonSerializable(typeof(DelegateInput))]
[JsonSerializable(typeof(DelegateChanged))]
[JsonSerializable(typeof(DelegateList))]
[JsonSerializable(typeof(GroupList))]
internal sealed partial class GroupJson : JsonSerializerContext;
