namespace AtpKeyserver.Client;

/// <summary>Name prefixes of the keyserver's methods.</summary>
internal static class Nsid
{
    private const string Authority = "dev.atpkeyserver.alpha.";

    internal const string Server = Authority + "server.";
    internal const string Keypair = Authority + "keypair.";
    internal const string Group = Authority + "group.";
    internal const string Account = Authority + "account.";
}
