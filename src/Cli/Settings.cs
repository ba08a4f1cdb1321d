using System.CommandLine;

namespace AtpKeyserver.Cli;

/// <summary>Options of all commands. Each can be set in the environment instead.</summary>
internal static class Settings
{
    public static readonly Option<string?> Keyserver = FromEnvironment(
        "--keyserver", "ATPKEY_KEYSERVER", "The keyserver's DID");

    public static readonly Option<string?> Pds = FromEnvironment(
        "--pds", "ATPKEY_PDS", "The origin of the account's PDS, such as https://bsky.social");

    public static readonly Option<string?> Account = FromEnvironment(
        "--account", "ATPKEY_ACCOUNT", "The account's handle or DID");

    public static readonly Option<bool> ThroughPds = new("--through-pds")
    {
        Description = "Call through the PDS instead of calling the keyserver directly", Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Write JSON",
        Recursive = true };

    public static void AddTo(RootCommand root)
    {
        foreach (var option in new Option[] { Keyserver, Pds, Account, ThroughPds, Json })
            root.Options.Add(option);
    }

    public static string Require(this ParseResult line, Option<string?> option) =>
        line.GetValue(option) is { Length: > 0 } value
        ? value
        : throw new UsageException(
            $"Missing {option.Name}. Pass it or set ATPKEY_{option.Name[2..].ToUpperInvariant()}.");

    private static Option<string?> FromEnvironment(string name, string variable, string description) => new(name)
    {
        Description = $"{description} [{variable}]",
        Recursive = true,
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable(variable),
    };
}
