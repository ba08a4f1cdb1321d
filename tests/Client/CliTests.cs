using System.Text.Json.Nodes;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Tests.Client;

/// <summary><c>atpkey</c> as a process, against the running app.</summary>
[Collection(OnRunningKeyserver.Name)]
public sealed class CliTests(RunningKeyserver running)
{
    private const string Configuration =
#if DEBUG
        "Debug";
#else
        "Release";
#endif

    private static readonly string Tool = Path.Combine(
        AzuriteProcess.RepositoryRoot(), "src", "Cli", "bin", Configuration, "net10.0", "atpkey.dll");

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Content_for_a_group(bool throughPds)
    {
        var (alice, bob) = (running.NewAccount(), running.NewAccount());
        string[] way = throughPds ? ["--through-pds"] : [];
        var uri = $"at://{alice.Did}/app.bsky.feed.post/3laaaaaaaaaa2";
        await OkAsync(alice, ["group", "create", "friends", .. way]);
        var record = await OkAsync(alice, ["encrypt", "friends", uri, .. way], "Grüße.\n");
        Assert.Equal("Grüße.\n", await OkAsync(alice, ["decrypt", uri, .. way], record));

        Assert.Equal(3, (await RunAsync(bob, ["decrypt", uri, .. way], record)).Status);
        await OkAsync(alice, ["group", "add", "friends", bob.Did, .. way]);
        Assert.Equal("Grüße.\n", await OkAsync(bob, ["decrypt", uri, .. way], record));
        Assert.Equal(9, (await RunAsync(bob, ["decrypt", uri + "x", .. way], record)).Status);
        Assert.Equal(2, (await RunAsync(bob, ["decrypt", uri, .. way], "{}")).Status);
    }

    [Fact]
    public async Task Groups_and_people()
    {
        var (alice, bob) = (running.NewAccount(), running.NewAccount());
        var group = $"{alice.Did}#team";
        Assert.Equal(group, (string?)Json(await OkAsync(alice, ["group", "create", "team", "--json"]))["groupId"]);
        await OkAsync(
            alice,
            [
                "group", "delegate", "team", bob.Did, "--may", "AddMember", "RotateKey",
                "--until", "2099-01-31T00:00:00Z",
            ]);
        Assert.Contains("2099-01-31", await OkAsync(alice, ["group", "delegates", "team"]), StringComparison.Ordinal);
        await OkAsync(bob, ["group", "rotate", group, "--expect", "1", "--reason", "because"]);
        Assert.Equal(5, (await RunAsync(bob, ["group", "rotate", group, "--expect", "1"])).Status);
        await OkAsync(alice, ["group", "undelegate", "team", bob.Did]);
        Assert.Equal(3, (await RunAsync(bob, ["group", "rotate", group])).Status);

        await OkAsync(alice, ["group", "add", "team", bob.Did]);
        Assert.Equal(5, (await RunAsync(alice, ["group", "add", "team", bob.Did])).Status);
        Assert.Contains(bob.Did, await OkAsync(alice, ["group", "members", "team"]), StringComparison.Ordinal);
        Assert.Equal("member", (string?)Json(await OkAsync(bob, ["group", "list", "--json"]))[0]!["role"]);
        Assert.Contains(
            "Version 3 is active.",
            await OkAsync(alice, ["group", "remove", "team", bob.Did, "--rotate"]),
            StringComparison.Ordinal);
        Assert.Equal(3, Json(await OkAsync(alice, ["group", "versions", "team", "--json"])).AsArray().Count);
        var log = await OkAsync(alice, ["group", "log", "team", "--limit", "3"]);
        Assert.Equal(4, log.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);

        Assert.Equal(2, (await RunAsync(alice, ["group", "delete", "team"], "no\n")).Status);
        await OkAsync(alice, ["group", "delete", "team"], group + "\n");
        Assert.Equal(4, (await RunAsync(alice, ["group", "versions", "team"])).Status);
    }

    [Fact]
    public async Task A_stranger_s_text_cannot_change_what_a_terminal_shows()
    {
        const string Reason = "gpj.\u202Eexe\u2066\u200B\u001B[2J\u2028\U000E0041.";
        const string Shown = "gpj.�exe���[2J��.";
        var alice = running.NewAccount();
        await OkAsync(alice, ["group", "create", "team"]);
        await OkAsync(alice, ["group", "rotate", "team", "--reason", Reason]);
        // The server keeps only what is visible.
        Assert.Contains("gpj.exe[2J.", await OkAsync(alice, ["group", "log", "team"]), StringComparison.Ordinal);

        var uri = $"at://{alice.Did}/app.bsky.feed.post/3laaaaaaaaaa2";
        var record = await OkAsync(alice, ["encrypt", "team", uri], $"{Reason}\n\tEnd\n");
        Assert.Equal($"{Reason}\n\tEnd\n", await OkAsync(alice, ["decrypt", uri], record));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, record);
        // script(1) gives the command a terminal.
        var (_, seen, _) = await Command.RunAsync(
            "script",
            ["-qec", $"dotnet '{Tool}' decrypt '{uri}' < '{file}'", "/dev/null"],
            environment: Environment(alice));
        File.Delete(file);
        Assert.Contains($"{Shown}\r\n\tEnd", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_keypair_is_shown_without_its_secret()
    {
        var alice = running.NewAccount();
        using var session = PdsSession.Resume(running.Pds, alice.Did, alice.AccessToken);
        using var keyserver = new KeyserverClient(running.Did, session.GetServiceTokenAsync);
        using var pair = await keyserver.Keypairs.GetKeypairAsync();
        var said = await OkAsync(alice, ["key", "show"]) + await OkAsync(alice, ["key", "versions", "--json"])
            + await OkAsync(alice, ["key", "log"])
            + await OkAsync(alice, ["key", "rotate", "--expect", "1"])
            + await OkAsync(alice, ["key", "show", alice.Did]);
        Assert.Contains(pair.PublicKey, said, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower(pair.Seed), said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_is_deleted_after_the_words_were_typed()
    {
        var alice = running.NewAccount();
        await OkAsync(alice, ["group", "create", "team"]);
        Assert.Equal(alice.Did, (string?)Json(await OkAsync(alice, ["account", "export"]))["did"]);
        foreach (var typed in new[] { "", "yes\n", "delete_all_my_data\n" })
            Assert.Equal(2, (await RunAsync(alice, ["account", "delete"], typed)).Status);
        await OkAsync(alice, ["group", "versions", "team"]);
        Assert.Contains(
            "1 groups", await OkAsync(alice, ["account", "delete"], "DELETE_ALL_MY_DATA\n"), StringComparison.Ordinal);
        Assert.Equal(4, (await RunAsync(alice, ["group", "versions", "team"])).Status);
    }

    [Fact]
    public async Task Wrong_usage_and_wrong_passwords_have_a_status_and_a_sentence()
    {
        var alice = running.NewAccount();
        Assert.Equal(2, (await RunAsync(alice, ["group", "nonsense"])).Status);
        Assert.Equal(2, (await RunAsync(alice, ["group", "list", "--password", "secret"])).Status);
        var wrong = alice with { AccessToken = "wrong" };
        Assert.Equal(2, (await RunAsync(wrong, ["group", "list", "--keyserver", "keys.example.com"])).Status);
        Assert.Equal(8, (await RunAsync(wrong, ["group", "list"])).Status);
        var (status, _, errors) = await RunAsync(alice with { AccessToken = "" }, ["group", "list"]);
        Assert.Equal(2, status);
        Assert.Contains("ATPKEY_APP_PASSWORD", errors, StringComparison.Ordinal);
        Assert.Contains("export", await OkAsync(alice, ["server"]), StringComparison.Ordinal);
    }

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;

    private async Task<string> OkAsync(EmulatedAccount account, string[] arguments, string input = "")
    {
        var (status, output, errors) = await RunAsync(account, arguments, input);
        Assert.True(status == 0, $"{string.Join(' ', arguments)}: {status} {output} {errors}");
        return output;
    }

    private Task<(int Status, string Output, string Errors)> RunAsync(
        EmulatedAccount account, string[] arguments, string input = "") =>
        Command.RunAsync("dotnet", [Tool, .. arguments], input, Environment(account));

    private (string Name, string Value)[] Environment(EmulatedAccount account) =>
    [
        ("ATPKEY_KEYSERVER", running.Did),
        ("ATPKEY_PDS", running.Pds.OriginalString),
        ("ATPKEY_ACCOUNT", account.Handle),
        ("ATPKEY_APP_PASSWORD", account.AccessToken),
    ];
}
