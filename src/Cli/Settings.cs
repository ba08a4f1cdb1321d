using System.CommandLine;
using AtpKeyserver.Cli.Accounts;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>Options of all commands. Most can be set in the environment instead.</summary>
internal static class Settings
{
    public static readonly Option<string?> Keyserver = FromEnvironment("--keyserver", "The keyserver's DID");

    public static readonly Option<string?> Account = FromEnvironment("--account", "Your handle or DID");

    public static readonly Option<string?> Pds = FromEnvironment(
        "--pds", "The origin of your PDS; taken from your DID document if omitted");

    public static readonly Option<string?> Plc = FromEnvironment(
        "--plc", "The directory of did:plc; https://plc.directory if omitted");

    public static readonly Option<bool> ThroughPds = new("--through-pds")
    {
        Description = "Call through the PDS instead of calling the keyserver directly", Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Write the keyserver's JSON, and errors as JSON", Recursive = true,
    };

    public static void AddTo(RootCommand root)
    {
        foreach (var option in new Option[] { Keyserver, Account, Pds, Plc, ThroughPds, Json })
            root.Options.Add(option);
    }

    /// <summary>The value of the option or, without it, of its variable; null if neither is set.</summary>
    public static string? Find(this ParseResult line, Option<string?> option) =>
        line.GetValue(option) is { Length: > 0 } value ? value
        : Environment.GetEnvironmentVariable(VariableOf(option)) is { Length: > 0 } variable ? variable
        : null;

    public static string Require(this ParseResult line, Option<string?> option) =>
        line.Find(option) ?? throw new UsageException($"Missing {option.Name}. Pass it or set {VariableOf(option)}.");

    /// <summary>The keyserver's DID.</summary>
    public static string KeyserverDid(this ParseResult line) =>
        line.Require(Keyserver) is var did && AccountDirectory.IsDid(did)
            ? did
            : throw new UsageException(
                $"{NameOf(line, Keyserver)} must be a did:plc or a DID such as did:web:keys.example.com, "
                + $"not '{did}'.");

    /// <summary>An option that is an origin; null if it is not set.</summary>
    public static Uri? FindOrigin(this ParseResult line, Option<string?> option)
    {
        if (line.Find(option) is not { } text)
            return null;
        var example = option == Plc ? "https://plc.directory" : "https://pds.example.com";
        return Uri.TryCreate(text, UriKind.Absolute, out var origin) && ServiceAddress.IsOrigin(origin)
            ? origin
            : throw new UsageException(
                $"{NameOf(line, option)} must be an origin such as {example} "
                + $"(http only on localhost), not '{text}'.");
    }

    /// <summary>The options of the client.</summary>
    public static KeyserverClientOptions Options(this ParseResult line)
    {
        var options = new KeyserverClientOptions();
        if (line.FindOrigin(Plc) is { } plc)
            options.PlcDirectory = plc;
        return options;
    }

    private static string NameOf(ParseResult line, Option<string?> option) =>
        line.GetValue(option) is { Length: > 0 } ? option.Name : VariableOf(option);

    private static string VariableOf(Option option) => $"ATPKEY_{option.Name[2..].ToUpperInvariant()}";

    private static Option<string?> FromEnvironment(string name, string description)
    {
        var option = new Option<string?>(name) { Recursive = true };
        option.Description = $"{description} [{VariableOf(option)}]";
        return option;
    }
}
