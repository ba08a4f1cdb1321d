namespace AtpKeyserver.Tests.Client.Cli;

/// <summary>What <c>atpkey</c> says about wrong usage: one sentence, and how to get help.</summary>
public sealed class MessageTests
{
    private static readonly string[] Settings =
        ["--keyserver", "did:web:localhost%3A1", "--account", "alice.test", "--pds", "http://127.0.0.1:1"];

    [Theory]
    [InlineData("", "Required command was not provided. Run 'atpkey --help' for help.")]
    [InlineData("grop list", "Unknown command or option 'grop'. Run 'atpkey --help' for help.")]
    [InlineData("group list --x", "Unknown command or option '--x'. Run 'atpkey group list --help' for help.")]
    [InlineData(
        "group log team --limit 0",
        "--limit must be a whole number from 1 to 2147483647, not '0'. Run 'atpkey group log --help' for help.")]
    [InlineData(
        "group log team --limit @/etc/hostname",
        "--limit must be a whole number from 1 to 2147483647, not '@/etc/hostname'. "
            + "Run 'atpkey group log --help' for help.")]
    [InlineData(
        "group rotate team --expect one",
        "--expect must be a whole number from 1 to 2147483647, not 'one'. Run 'atpkey group rotate --help' for help.")]
    [InlineData(
        "group log team --limit 99999999999",
        "--limit must be a whole number from 1 to 2147483647, not '99999999999'. "
            + "Run 'atpkey group log --help' for help.")]
    [InlineData("group add team", "Missing <account>. Run 'atpkey group add --help' for help.")]
    [InlineData("group create", "Missing <group>. Run 'atpkey group create --help' for help.")]
    [InlineData("help nonsense", "Unknown command or option 'nonsense'. Run 'atpkey --help' for help.")]
    [InlineData(
        "group list --role boss",
        "--role must be one of owner, member, delegate, not 'boss'. Run 'atpkey group list --help' for help.")]
    [InlineData(
        "group delegate team @bob.test --may AddMember",
        "--may must be one of add_member, remove_member, rotate_key, not 'AddMember'. "
            + "Run 'atpkey group delegate --help' for help.")]
    [InlineData(
        "group delegate team @bob.test --may rotate_key,",
        "--may must be one of add_member, remove_member, rotate_key, not ''. "
            + "Run 'atpkey group delegate --help' for help.")]
    [InlineData(
        "group delegate team --may add_member @bob.test --until Oct_5_2030",
        "--until must be a time such as 2030-01-31T00:00:00Z, not 'Oct_5_2030'. "
            + "Run 'atpkey group delegate --help' for help.")]
    [InlineData(
        "group delegate team @bob.test --may rotate_key --until tomorrow",
        "--until must be a time such as 2030-01-31T00:00:00Z, not 'tomorrow'. "
            + "Run 'atpkey group delegate --help' for help.")]
    [InlineData(
        "group list --keyserver keys.example.com",
        "--keyserver must be a did:plc or a DID such as did:web:keys.example.com, not 'keys.example.com'.")]
    [InlineData(
        "server --keyserver did:key:x",
        "--keyserver must be a did:plc or a DID such as did:web:keys.example.com, not 'did:key:x'.")]
    [InlineData(
        "server --keyserver did:web:keys.example.com:path",
        "--keyserver must be a did:plc or a DID such as did:web:keys.example.com, "
            + "not 'did:web:keys.example.com:path'.")]
    [InlineData(
        "whoami --account did:key:x",
        "'did:key:x' is not a DID of an account, which is did:plc with 24 characters or did:web with a host.")]
    [InlineData(
        "key show did:",
        "'did:' is not a DID of an account, which is did:plc with 24 characters or did:web with a host.")]
    [InlineData("key show alice.local", "'alice.local' cannot be a handle: the domain .local is reserved.")]
    [InlineData(
        "group list --pds http://pds.example.com",
        "--pds must be an origin such as https://pds.example.com (http only on localhost), "
            + "not 'http://pds.example.com'.")]
    [InlineData(
        "group list --plc plc",
        "--plc must be an origin such as https://plc.directory (http only on localhost), not 'plc'.")]
    [InlineData(
        "key show @/etc/hostname",
        "'@/etc/hostname' is neither a handle such as @alice.example.com nor a DID such as did:plc:….")]
    public async Task Wrong_usage_is_explained(string command, string message) =>
        Assert.Equal((2, "", message + "\n"), await RunAsync([.. Words(command), .. Missing(command)]));

    [Fact]
    public async Task An_unreachable_server_is_named_with_its_port_and_the_cause() => Assert.Equal(
        (7, "", "Unreachable: No response from localhost:1: connection refused.\n"),
        await RunAsync(["server", .. Settings]));

    [Fact]
    public async Task A_missing_option_is_named_with_its_variable() => Assert.Equal(
        (2, "", "Missing --keyserver. Pass it or set ATPKEY_KEYSERVER.\n"), await RunAsync(["server"]));

    [Fact]
    public async Task A_wrong_variable_is_named() => Assert.Equal(
        (2, "", "ATPKEY_KEYSERVER must be a did:plc or a DID such as did:web:keys.example.com, not 'here'.\n"),
        await RunAsync(["server"], ("ATPKEY_KEYSERVER", "here")));

    [Theory]
    [InlineData("nonsense", "2>&-", 2, "")]
    [InlineData("nonsense --json", "2>&-", 2, "")]
    [InlineData("help", ">&-", 1, "Cannot write the output: it is closed or not writable.\n")]
    public async Task A_closed_stream_is_not_a_crash(string command, string closed, int status, string errors)
    {
        var (actual, _, said) = await Command.RunAsync(
            "sh", ["-c", $"dotnet '{CliTests.Tool}' {command} {closed}"]);
        Assert.Equal((status, errors), (actual, said));
    }

    [Fact]
    public async Task Help_is_a_command_with_the_options_of_all()
    {
        var help = await RunAsync(["group", "add", "--help"]);
        Assert.Equal(help, await RunAsync(["--json", "help", "group", "add"]));
    }

    [Fact]
    public async Task Help_names_no_values_of_the_environment()
    {
        var (status, output, errors) = await RunAsync(["help"], ("ATPKEY_ACCOUNT", "secret-name.example.com"));
        Assert.Equal((0, ""), (status, errors));
        Assert.Contains("Usage:", output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-name", output, StringComparison.Ordinal);
    }

    private static string[] Words(string command) => command.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The settings that the command does not give.</summary>
    private static IEnumerable<string> Missing(string command) => Settings.Chunk(2)
        .Where(option => command.Length > 0 && !command.Contains(option[0], StringComparison.Ordinal))
        .SelectMany(option => option);

    private static Task<(int Status, string Output, string Errors)> RunAsync(
        string[] arguments, params (string, string)[] environment) =>
        Command.RunAsync(
            "dotnet", [CliTests.Tool, .. arguments], environment: [("ATPKEY_APP_PASSWORD", "x"), .. environment]);
}
