namespace AtpKeyserver.Identifiers;

/// <summary>
/// Name prefixes of the methods. Each endpoint adds its own. <see href="https://atproto.com/specs/nsid"/>
/// </summary>
public static class Nsid
{
    public const string Authority = "dev.atpkeyserver.alpha.";

    public const string Server = Authority + "server.";
    public const string Keypair = Authority + "keypair.";
    public const string Group = Authority + "group.";
    public const string Account = Authority + "account.";

    /// <summary>Returns a group's key.</summary>
    public const string GroupGetKey = Group + "getKey";

    /// <summary>Returns an account's private key.</summary>
    public const string KeypairGetKeypair = Keypair + "getKeypair";
}
