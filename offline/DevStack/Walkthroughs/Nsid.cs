namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>The methods that the walkthrough calls.</summary>
internal static class Nsid
{
    public const string GetPublicKey = "dev.atpkeyserver.alpha.keypair.getPublicKey";
    public const string GetKeypair = "dev.atpkeyserver.alpha.keypair.getKeypair";
    public const string GetGroupKey = "dev.atpkeyserver.alpha.group.getKey";
    public const string RotateGroupKey = "dev.atpkeyserver.alpha.group.rotateKey";
    public const string AddMember = "dev.atpkeyserver.alpha.group.addMember";
    public const string RemoveMember = "dev.atpkeyserver.alpha.group.removeMember";
    public const string AddDelegate = "dev.atpkeyserver.alpha.group.addDelegate";
    public const string GetGroupAccessLog = "dev.atpkeyserver.alpha.group.getAccessLog";
    public const string ExportAccount = "dev.atpkeyserver.alpha.account.export";
    public const string DeleteAccount = "dev.atpkeyserver.alpha.account.delete";
}
