using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

// Inputs and list entries are snake_case; response members are camelCase.
internal sealed record GroupKeyResponse(
    string GroupId, [property: JsonConverter(typeof(HexKeyConverter))] byte[] SecretKey, int Version);

internal sealed record GroupKeysResponse(IReadOnlyList<GroupKeyEntry?> Keys);

internal sealed record KeypairResponse(
    string PublicKey, [property: JsonConverter(typeof(HexKeyConverter))] byte[] PrivateKey, int Version);

internal sealed record KeyVersionsResponse(IReadOnlyList<KeyVersion> Versions, string? Cursor = null);

internal sealed record MembersResponse(IReadOnlyList<GroupMember> Members, string? Cursor = null);

internal sealed record DelegatesResponse(IReadOnlyList<GroupDelegate> Delegates, string? Cursor = null);

internal sealed record GroupsResponse(IReadOnlyList<GroupInfo> Groups, string? Cursor = null);

internal sealed record AccessLogResponse(IReadOnlyList<AccessLogEntry> Entries, string? Cursor = null);

internal sealed record RemovedResponse(int? NewVersion = null);

internal sealed record MembersChangedResponse(
    string GroupId, IReadOnlyList<MemberChange?> Members, int? NewVersion = null);

internal sealed record StatusResponse(string Status);

internal sealed record RotateInput(string? GroupId, int? ExpectedVersion, string? Reason);

internal sealed record MemberInput(string GroupId, string MemberDid, bool? Rotate = null);

internal sealed record MembersInput(string GroupId, IReadOnlyList<string> MemberDids, bool? Rotate = null);

internal sealed record DelegateInput(
    string GroupId,
    string DelegateDid,
    [property: JsonConverter(typeof(GroupPermissionsConverter))] GroupPermissions? Permissions = null,
    [property: JsonConverter(typeof(UtcConverter))] DateTimeOffset? ExpiresAt = null);

internal sealed record GroupInput(string GroupId);

internal sealed record DeleteAccountInput(string Confirmation);
