using System.Collections.Frozen;
using AtpKeyserver.Identifiers;
using static AtpKeyserver.Functions.Xrpc.XrpcAccess;
using static AtpKeyserver.Functions.Xrpc.XrpcKind;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>The route table. A test checks lexicons and function classes against it.</summary>
public static class XrpcMethods
{
    public static readonly XrpcMethod ServerDescribeServer = new(Nsid.ServerDescribeServer, Query, Anyone)
    {
        IsForOffline = true,
    };

    public static readonly XrpcMethod KeypairGetPublicKey = new(
        Nsid.KeypairGetPublicKey, Query, Anyone, Nsid.KeyPublic);
    public static readonly XrpcMethod KeypairGetKeypair = new(Nsid.KeypairGetKeypair, Query, Account, Nsid.Key);
    public static readonly XrpcMethod KeypairRotate = new(Nsid.KeypairRotate, Procedure, Account, Nsid.KeyRotate);
    public static readonly XrpcMethod KeypairListVersions = new(
        Nsid.KeypairListVersions, Query, Account, Nsid.KeyVersions);
    public static readonly XrpcMethod KeypairGetAccessLog = new(Nsid.KeypairGetAccessLog, Query, Account);

    public static readonly XrpcMethod GroupGetKey = new(
        Nsid.GroupGetKey, Query, Account, Nsid.GroupKey, Nsid.GroupGetGroupKey);
    public static readonly XrpcMethod GroupRotateKey = new(
        Nsid.GroupRotateKey, Procedure, Account, Nsid.GroupKeyRotate);
    public static readonly XrpcMethod GroupListKeyVersions = new(
        Nsid.GroupListKeyVersions, Query, Account, Nsid.GroupKeyVersions);
    public static readonly XrpcMethod GroupAddMember = new(
        Nsid.GroupAddMember, Procedure, Account, Nsid.GroupMemberAdd);
    public static readonly XrpcMethod GroupRemoveMember = new(
        Nsid.GroupRemoveMember, Procedure, Account, Nsid.GroupMemberRemove);
    public static readonly XrpcMethod GroupGetAccessLog = new(Nsid.GroupGetAccessLog, Query, Account);
    public static readonly XrpcMethod GroupListMembers = new(Nsid.GroupListMembers, Query, Account);
    public static readonly XrpcMethod GroupAddDelegate = new(Nsid.GroupAddDelegate, Procedure, Account);
    public static readonly XrpcMethod GroupRemoveDelegate = new(Nsid.GroupRemoveDelegate, Procedure, Account);
    public static readonly XrpcMethod GroupListDelegates = new(Nsid.GroupListDelegates, Query, Account);
    public static readonly XrpcMethod GroupListGroups = new(Nsid.GroupListGroups, Query, Account);
    public static readonly XrpcMethod GroupDelete = new(Nsid.GroupDelete, Procedure, Account);

    public static readonly XrpcMethod AccountDelete = new(Nsid.AccountDelete, Procedure, Account)
    {
        IsForDeleted = true,
    };
    public static readonly XrpcMethod AccountExport = new(Nsid.AccountExport, Query, Account);

    public static readonly IReadOnlyList<XrpcMethod> All =
    [
        ServerDescribeServer,
        KeypairGetPublicKey, KeypairGetKeypair, KeypairRotate, KeypairListVersions, KeypairGetAccessLog,
        GroupGetKey, GroupRotateKey, GroupListKeyVersions, GroupAddMember, GroupRemoveMember, GroupListMembers,
        GroupAddDelegate, GroupRemoveDelegate, GroupListDelegates, GroupListGroups, GroupGetAccessLog, GroupDelete,
        AccountDelete, AccountExport,
    ];

    private static readonly FrozenDictionary<string, XrpcMethod> ByNsid =
        All.SelectMany(m => m.Aliases.Prepend(m.Nsid), (m, nsid) => (m, nsid))
            .ToFrozenDictionary(x => x.nsid, x => x.m, StringComparer.Ordinal);

    /// <summary>The method with this exact NSID; null if there is none.</summary>
    public static XrpcMethod? Find(string nsid) => ByNsid.GetValueOrDefault(nsid);
}
