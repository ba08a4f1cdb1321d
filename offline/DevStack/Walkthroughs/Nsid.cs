namespace AtpKeyserver.DevStack.Walkthroughs;

/// <summary>The methods that the walkthrough calls.</summary>
internal static class Nsid
{
    public const string GetPublicKey = "dev.atpkeyserver.alpha.keypair.getPublicKey";
    public const string GetKeypair = "dev.atpkeyserver.alpha.keypair.getKeypair";
    public const string GetGroupKey = "dev.atpkeyserver.alpha.group.getKey";
}
