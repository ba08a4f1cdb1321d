using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

// Inputs and entries of lists are snake_case, members of answers camelCase.
internal sealed record GroupKeyWire(
    string GroupId, [property: JsonConverter(typeof(HexKeyConverter))] byte[] SecretKey, int Version);

internal sealed record KeypairWire(
    string PublicKey, [property: JsonConverter(typeof(HexKeyConverter))] byte[] PrivateKey, int Version);

internal sealed record KeyVersionsWire(IReadOnlyList<KeyVersion> Versions, string? Cursor = null);

internal sealed record MembersWire(IReadOnlyList<GroupMember> Members, string? Cursor = null);

internal sealed record DelegatesWire(IReadOnlyList<GroupDelegate> Delegates, string? Cursor = null);

internal sealed record GroupsWire(IReadOnlyList<GroupInfo> Groups, string? Cursor = null);

internal sealed record AccessLogWire(IReadOnlyList<AccessLogEntry> Entries, string? Cursor = null);

internal sealed record RemovedWire(int? NewVersion = null);

internal sealed record StatusWire(string Status);

internal sealed record RotateInput(string? GroupId, int? ExpectedVersion, string? Reason);

internal sealed record MemberInput(string GroupId, string MemberDid, bool? Rotate = null);

internal sealed record DelegateInput(
    string GroupId,
    string DelegateDid,
    [property: JsonConverter(typeof(GroupPermissionsConverter))] GroupPermissions? Permissions = null,
    [property: JsonConverter(typeof(UtcConverter))] DateTimeOffset? ExpiresAt = null);

internal sealed record GroupInput(string GroupId);

internal sealed record DeleteAccountInput(string Confirmation);
