namespace AtpKeyserver.Client;

/// <summary>The NSIDs of the keyserver's methods.</summary>
internal static class Nsid
{
    private const string Authority = "dev.atpkeyserver.alpha.";

    internal const string DescribeServer = Authority + "server.describeServer";

    internal const string GetPublicKey = Authority + "keypair.getPublicKey";
    internal const string GetKeypair = Authority + "keypair.getKeypair";
    internal const string RotateKeypair = Authority + "keypair.rotate";
    internal const string ListKeypairVersions = Authority + "keypair.listVersions";
    internal const string GetKeypairAccessLog = Authority + "keypair.getAccessLog";

    internal const string GetGroupKey = Authority + "group.getKey";
    internal const string RotateGroupKey = Authority + "group.rotateKey";
    internal const string ListGroupKeyVersions = Authority + "group.listKeyVersions";
    internal const string AddMember = Authority + "group.addMember";
    internal const string RemoveMember = Authority + "group.removeMember";
    internal const string ListMembers = Authority + "group.listMembers";
    internal const string ListGroups = Authority + "group.listGroups";
    internal const string AddDelegate = Authority + "group.addDelegate";
    internal const string RemoveDelegate = Authority + "group.removeDelegate";
    internal const string ListDelegates = Authority + "group.listDelegates";
    internal const string GetGroupAccessLog = Authority + "group.getAccessLog";
    internal const string DeleteGroup = Authority + "group.delete";

    internal const string DeleteAccount = Authority + "account.delete";
    internal const string ExportAccount = Authority + "account.export";
}
