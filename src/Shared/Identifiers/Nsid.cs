namespace AtpKeyserver.Identifiers;

/// <summary>The NSIDs of all methods. Each alias follows its canonical name.</summary>
public static class Nsid
{
    public const string Authority = "dev.atpkeyserver.alpha.";

    public const string ServerDescribeServer = Authority + "server.describeServer";

    public const string KeypairGetPublicKey = Authority + "keypair.getPublicKey";
    public const string KeyPublic = Authority + "key.public";
    public const string KeypairGetKeypair = Authority + "keypair.getKeypair";
    public const string Key = Authority + "key";
    public const string KeypairRotate = Authority + "keypair.rotate";
    public const string KeyRotate = Authority + "key.rotate";
    public const string KeypairListVersions = Authority + "keypair.listVersions";
    public const string KeyVersions = Authority + "key.versions";
    public const string KeypairGetAccessLog = Authority + "keypair.getAccessLog";

    public const string GroupGetKey = Authority + "group.getKey";
    public const string GroupKey = Authority + "group.key";
    public const string GroupGetGroupKey = Authority + "group.getGroupKey";
    public const string GroupRotateKey = Authority + "group.rotateKey";
    public const string GroupKeyRotate = Authority + "group.key.rotate";
    public const string GroupListKeyVersions = Authority + "group.listKeyVersions";
    public const string GroupKeyVersions = Authority + "group.key.versions";
    public const string GroupAddMember = Authority + "group.addMember";
    public const string GroupMemberAdd = Authority + "group.member.add";
    public const string GroupRemoveMember = Authority + "group.removeMember";
    public const string GroupMemberRemove = Authority + "group.member.remove";
    public const string GroupAddDelegate = Authority + "group.addDelegate";
    public const string GroupDelete = Authority + "group.delete";
    public const string GroupGetAccessLog = Authority + "group.getAccessLog";
    public const string GroupListDelegates = Authority + "group.listDelegates";
    public const string GroupListGroups = Authority + "group.listGroups";
    public const string GroupListMembers = Authority + "group.listMembers";
    public const string GroupRemoveDelegate = Authority + "group.removeDelegate";

    public const string AccountDelete = Authority + "account.delete";
    public const string AccountExport = Authority + "account.export";
}
