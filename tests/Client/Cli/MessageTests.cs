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
        "--limit must be a whole number from 1, not '0'. Run 'atpkey group log --help' for help.")]
    [InlineData(
        "group log team --limit @/etc/hostname",
        "--limit must be a whole number from 1, not '@/etc/hostname'. Run 'atpkey group log --help' for help.")]
    [InlineData(
        "group rotate team --expect one",
        "--expect must be a whole number from 1, not 'one'. Run 'atpkey group rotate --help' for help.")]
    [InlineData(
        "group list --role boss",
        "--role must be one of owner, member, delegate, not 'boss'. Run 'atpkey group list --help' for help.")]
    [InlineData(
        "group delegate team @bob.test --may AddMember",
        "--may must be one of add_member, remove_member, rotate_key, not 'AddMember'. "
            + "Run 'atpkey group delegate --help' for help.")]
    [InlineData(
        "group delegate team @bob.test --may rotate_key --until tomorrow",
        "--until must be a time such as 2030-01-31T00:00:00Z, not 'tomorrow'. "
            + "Run 'atpkey group delegate --help' for help.")]
    [InlineData(
        "group list --keyserver keys.example.com",
        "--keyserver must be a DID such as did:web:keys.example.com, not 'keys.example.com'.")]
    [InlineData(
        "group list --pds http://pds.example.com",
        "--pds must be an origin such as https://pds.example.com (http only on localhost), "
            + "not 'http://pds.example.com'.")]
    [InlineData(
        "group list --plc plc",
        "--plc must be an origin such as https://pds.example.com (http only on localhost), not 'plc'.")]
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
        (2, "", "ATPKEY_KEYSERVER must be a DID such as did:web:keys.example.com, not 'here'.\n"),
        await RunAsync(["server"], ("ATPKEY_KEYSERVER", "here")));

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
