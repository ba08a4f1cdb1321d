using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Client.Cli;

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

    internal static readonly string Tool = Path.Combine(
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
                "group", "delegate", "team", bob.Did, "--may", "add_member,remove_member", "--may", "rotate_key",
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
        Assert.Equal("member", (string?)Json(await OkAsync(bob, ["group", "list", "--json"]))["groups"]![0]!["role"]);
        Assert.Contains(
            "Version 3 is active.",
            await OkAsync(alice, ["group", "remove", "team", bob.Did, "--rotate"]),
            StringComparison.Ordinal);
        var versions = Json(await OkAsync(alice, ["group", "versions", "team", "--json"]))["versions"]!;
        Assert.Equal(3, versions.AsArray().Count);
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
        const string Shown = @"gpj.\u202eexe\u2066\u200b\u001b[2J\u2028\udb40\udc41.";
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
            "1 group, 0 memberships",
            await OkAsync(alice, ["account", "delete"], "DELETE_ALL_MY_DATA\n"),
            StringComparison.Ordinal);
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

    [Fact]
    public async Task People_and_groups_are_named_by_handle()
    {
        var (alice, bob) = (running.NewAccount(), running.NewAccount());
        await OkAsync(alice, ["group", "create", "friends"]);
        Assert.Equal(
            $"{bob.Did} is a member.\n", await OkAsync(alice, ["group", "add", "friends", $"@{bob.Handle}"]));
        var uri = $"at://{alice.Did}/app.bsky.feed.post/3laaaaaaaaaa2";
        var record = await OkAsync(alice, ["encrypt", $"{alice.Handle}#friends", uri], "Hello");
        Assert.Equal("Hello", await OkAsync(bob, ["decrypt", uri], record));
        await OkAsync(alice, ["group", "remove", "friends", bob.Handle]);
        var (status, _, errors) = await RunAsync(alice, ["group", "add", "friends", "@nobody.test"]);
        Assert.Equal(
            (4, "Cannot find the account nobody.test: there is no DNS record _atproto.nobody.test, "
                + "and https://nobody.test/.well-known/atproto-did cannot be reached.\n"),
            (status, errors));
    }

    [Fact]
    public async Task Several_members_are_added_by_one_command_that_can_be_repeated()
    {
        var (alice, bob, carol) = (running.NewAccount(), running.NewAccount(), running.NewAccount());
        await OkAsync(alice, ["group", "create", "friends"]);
        await OkAsync(alice, ["group", "add", "friends", bob.Handle]);
        string[] command = ["group", "add", "friends", bob.Did, $"@{carol.Handle}", "--json"];
        foreach (var second in (string[])["added", "unchanged"])
        {
            var answer = Json(await OkAsync(alice, command));
            Assert.Equal($"{alice.Did}#friends", (string?)answer["groupId"]);
            Assert.Equal(
                [(bob.Did, "unchanged"), (carol.Did, second)],
                answer["members"]!.AsArray().Select(each => ((string?)each!["memberDid"], (string?)each["status"])));
        }
    }

    [Fact]
    public async Task Several_members_are_removed_by_one_command_that_can_be_repeated()
    {
        var (alice, bob, carol) = (running.NewAccount(), running.NewAccount(), running.NewAccount());
        await OkAsync(alice, ["group", "create", "friends"]);
        await OkAsync(alice, ["group", "add", "friends", bob.Did, carol.Did]);
        string[] command = ["group", "remove", "friends", bob.Did, $"@{carol.Handle}", "--rotate"];
        Assert.Equal(
            $"MEMBER                            STATUS\n{bob.Did}  removed\n{carol.Did}  removed\n"
                + "Version 2 is active.\n",
            await OkAsync(alice, command));
        var again = Json(await OkAsync(alice, [.. command, "--json"]));
        Assert.All(again["members"]!.AsArray(), each => Assert.Equal("unchanged", (string?)each!["status"]));
        Assert.Equal(3, (int)again["newVersion"]!);
        Assert.Equal(4, (await RunAsync(alice, ["group", "remove", "friends", bob.Did])).Status);
        Assert.Equal(
            (2, "", $"{alice.Did} owns the group and cannot be removed.\n"),
            await RunAsync(alice, ["group", "remove", "friends", bob.Did, alice.Did]));
    }

    [Fact]
    public async Task More_than_ninety_members_are_several_calls_and_one_rotation()
    {
        var alice = running.NewAccount();
        await OkAsync(alice, ["group", "create", "friends"]);
        string[] dids = [.. Enumerable.Range(0, 91).Select(_ => running.NewAccount().Did)];
        var added = Json(await OkAsync(alice, ["group", "add", "friends", .. dids, "--json"]));
        Assert.Equal(dids, added["members"]!.AsArray().Select(each => (string?)each!["memberDid"]));
        // The last call removes nobody.
        await OkAsync(alice, ["group", "remove", "friends", dids[90]]);
        var removed = Json(await OkAsync(alice, ["group", "remove", "friends", .. dids, "--rotate", "--json"]));
        Assert.Equal((91, 2), (removed["members"]!.AsArray().Count, (int)removed["newVersion"]!));
        Assert.Equal("unchanged", (string?)removed["members"]![90]!["status"]);
    }

    [Fact]
    public async Task Keys_of_groups_are_shown_as_fingerprints_or_as_JSON()
    {
        var (alice, bob) = (running.NewAccount(), running.NewAccount());
        await OkAsync(alice, ["group", "create", "friends"]);
        using var session = PdsSession.Resume(running.Pds, alice.Did, alice.AccessToken);
        using var keyserver = new KeyserverClient(running.Did, session.GetServiceTokenAsync);
        using var key = await keyserver.Groups.GetKeyAsync($"{alice.Did}#friends");
        var (id, secret) = ($"{alice.Did}#friends", Convert.ToHexStringLower(key.Key));
        var ok = $"ok {Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(key.Key))[..8]}";

        Assert.Equal(
            $"GROUP{new string(' ', id.Length - 5)}  VERSION  RESULT\n{id}  1        {ok}\n{id}  1        {ok}\n",
            await OkAsync(alice, ["key", "get", "friends", $"@{alice.Handle}#friends@1"]));
        var (status, output, errors) = await RunAsync(
            alice, ["key", "get", "friends@9", "missing", $"{bob.Did}#x", "friends"]);
        Assert.Equal((4, ""), (status, errors));
        Assert.Equal(
            ["RESULT", "KeyVersionNotFound", "GroupNotFound", "Forbidden", ok],
            output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => row[(id.Length + 11)..]));
        Assert.DoesNotContain(secret, output, StringComparison.Ordinal);
        Assert.Equal(3, (await RunAsync(bob, ["key", "get", id])).Status);

        (status, output, _) = await RunAsync(alice, ["key", "get", "friends", "friends@9", "--json"]);
        Assert.Equal(4, status);
        Assert.Equal(
            $$"""
            {"keys":[{"groupId":"{{id}}","version":1,"secretKey":"{{secret}}"},
            {"groupId":"{{id}}","version":9,"error":"KeyVersionNotFound"}]}
            """.ReplaceLineEndings(""),
            Json(output).ToJsonString());
        Assert.Equal(
            (2, "", "The version of 'friends@new' must be a whole number from 1 to 2147483647.\n"),
            await RunAsync(alice, ["key", "get", "friends@new"]));
    }

    [Fact]
    public async Task More_than_a_hundred_keys_are_several_calls()
    {
        var alice = running.NewAccount();
        await OkAsync(alice, ["group", "create", "friends"]);
        string[] keys = [.. Enumerable.Range(1, 101).Select(version => $"friends@{version}")];
        var (status, output, _) = await RunAsync(alice, ["key", "get", .. keys, "--json"]);
        Assert.Equal(4, status);
        Assert.Equal(
            Enumerable.Range(1, 101),
            Json(output)["keys"]!.AsArray().Select(entry => (int)entry!["version"]!));
    }

    [Fact]
    public async Task All_names_of_new_members_are_resolved_before_the_first_change()
    {
        var (alice, bob) = (running.NewAccount(), running.NewAccount());
        await OkAsync(alice, ["group", "create", "friends"]);
        Assert.Equal(4, (await RunAsync(alice, ["group", "add", "friends", bob.Did, "nobody.test"])).Status);
        Assert.Equal(
            (2, "", $"{alice.Handle} owns the group and cannot be added as a member.\n"),
            await RunAsync(alice, ["group", "add", "friends", bob.Did, alice.Handle]));
        Assert.DoesNotContain(bob.Did, await OkAsync(alice, ["group", "members", "friends"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_does_not_exist_is_named()
    {
        const string Unknown = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
        var alice = running.NewAccount();
        var message = $"NoService: {Unknown} does not exist: {running.Pds}{Unknown} returned 404.\n";
        Assert.Equal((4, "", message), await RunAsync(alice, ["server", "--keyserver", Unknown]));
        Assert.Equal((4, "", message), await RunAsync(alice with { Handle = Unknown }, ["whoami"], pds: ""));
        Assert.Equal(
            (4, "", $"KeyVersionNotFound: {Unknown} has no public key on this keyserver.\n"),
            await RunAsync(alice, ["key", "show", Unknown]));
    }

    [Fact]
    public async Task A_session_of_another_account_is_refused()
    {
        var (alice, bob) = (running.NewAccount(), running.NewAccount());
        using var pds = new LocalServer(_ => (
            200, "application/json", $$"""{"did":"{{bob.Did}}","accessJwt":"a","refreshJwt":"r"}"""));
        Assert.Equal(
            (8, "", $"UnexpectedAnswer: {pds.Origin.Authority} logged in {bob.Did} instead of {alice.Did}.\n"),
            await RunAsync(alice with { Handle = alice.Did }, ["whoami"], pds: pds.Origin.OriginalString));
    }

    [Theory]
    [InlineData("application/json; charset=bogus", """{"did":"did:plc:ewvi7nxzyoun6zhxrhs64oiz"}""")]
    [InlineData("application/json", """{"did":"\ud800"}""")]
    [InlineData("application/json", "[]")]
    [InlineData("text/html", "<html>")]
    public async Task A_strange_response_about_a_handle_is_not_a_crash(string type, string body)
    {
        var alice = running.NewAccount();
        using var pds = new LocalServer(path => path.EndsWith("resolveHandle", StringComparison.Ordinal)
            ? (200, type, body)
            : (404, "text/plain", ""));
        Assert.Equal(
            4,
            (await RunAsync(alice, ["key", "show", "somebody.test"], pds: pds.Origin.OriginalString)).Status);
    }

    [Theory]
    [InlineData("""{"ciphertext":"00","key_version":0,"group_id":"did:plc:ewvi7nxzyoun6zhxrhs64oiz#a"}""")]
    [InlineData("""{"ciphertext":"00","key_version":1,"group_id":""}""")]
    [InlineData("{}")]
    [InlineData("")]
    public async Task A_record_without_a_member_is_refused(string record) => Assert.Equal(
        (2, "", "Standard input must be JSON with ciphertext, key_version (1 or greater) and group_id.\n"),
        await RunAsync(running.NewAccount(), ["decrypt", "at://x/y/z"], record));

    [Fact]
    public async Task A_group_needs_a_name() => Assert.Equal(
        (2, "", "A group name has 1 to 128 characters: A-Z, a-z, 0-9 and any of '._:~-'.\n"),
        await RunAsync(running.NewAccount(), ["group", "create", ""]));

    [Theory]
    [InlineData("group list")]
    [InlineData("account export")]
    public async Task Without_a_standard_output_it_fails_in_one_line(string command)
    {
        var (status, _, errors) = await Command.RunAsync(
            "sh", ["-c", $"dotnet '{Tool}' {command} >&-"], environment: Environment(running.NewAccount()));
        Assert.Equal((1, "Cannot write the output: it is closed or not writable.\n"), (status, errors));
    }

    [Fact]
    public async Task Who_am_I_needs_no_keyserver()
    {
        var alice = running.NewAccount();
        var without = Environment(alice).Where(each => each.Name is not "ATPKEY_KEYSERVER");
        Assert.Equal(0, (await Command.RunAsync("dotnet", [Tool, "whoami"], environment: without)).Status);
    }

    [Fact]
    public async Task The_PDS_is_found_in_the_DID_document()
    {
        var alice = running.NewAccount();
        var without = Environment(alice).Where(each => each.Name is not ("ATPKEY_PDS" or "ATPKEY_ACCOUNT"));
        var (status, output, errors) = await Command.RunAsync(
            "dotnet", [Tool, "whoami", "--account", alice.Did], environment: without);
        Assert.Equal(
            (0, $"{alice.Handle} ({alice.Did}) at {running.Pds.OriginalString.TrimEnd('/')}\n", ""),
            (status, output, errors));
    }

    [Fact]
    public async Task The_key_of_another_account_needs_no_login()
    {
        var alice = running.NewAccount();
        var own = await OkAsync(alice, ["key", "show", "--json"]);
        var (status, output, _) = await Command.RunAsync(
            "dotnet", [Tool, "key", "show", alice.Did, "--json"], environment: [("ATPKEY_KEYSERVER", running.Did)]);
        Assert.Equal((0, own), (status, output));
        Assert.Equal(["publicKey", "version"], Json(output).AsObject().Select(member => member.Key));
    }

    [Fact]
    public async Task JSON_has_the_form_of_the_lexicons()
    {
        var (alice, bob) = (running.NewAccount(), running.NewAccount());
        await ConformsAsync("group.rotateKey", ["group", "create", "team"], ["group", "rotate", "team"]);
        await ConformsAsync("group.addMember", ["group", "add", "team", bob.Did]);
        await ConformsAsync("group.listMembers", ["group", "members", "team"]);
        await ConformsAsync(
            "group.addDelegate",
            ["group", "delegate", "team", bob.Did, "--may", "rotate_key", "--until", "2099-01-31T00:00:00Z"]);
        await ConformsAsync("group.listDelegates", ["group", "delegates", "team"]);
        await ConformsAsync("group.removeDelegate", ["group", "undelegate", "team", bob.Did]);
        await ConformsAsync("group.removeMember", ["group", "remove", "team", bob.Did, "--rotate"]);
        await ConformsAsync("group.addMembers", ["group", "add", "team", bob.Did, running.NewAccount().Did]);
        await ConformsAsync("group.removeMembers",
            ["group", "remove", "team", bob.Did, running.NewAccount().Did, "--rotate"]);
        await ConformsAsync("group.getKeys", ["key", "get", "team", "team@1"]);
        await ConformsAsync("group.listKeyVersions", ["group", "versions", "team"]);
        await ConformsAsync("group.getAccessLog", ["group", "log", "team"]);
        await ConformsAsync("group.listGroups", ["group", "list"]);
        await ConformsAsync("keypair.getPublicKey", ["key", "show"]);
        await ConformsAsync("keypair.rotate", ["key", "rotate"]);
        await ConformsAsync("keypair.listVersions", ["key", "versions"]);
        await ConformsAsync("keypair.getAccessLog", ["key", "log"]);
        await ConformsAsync("server.describeServer", ["server"]);

        async Task ConformsAsync(string method, params string[][] commands)
        {
            foreach (var before in commands[..^1])
                await OkAsync(alice, before);
            var output = await OkAsync(alice, [.. commands[^1], "--json"]);
            using var document = JsonDocument.Parse(output);
            Assert.Empty(LexiconValidator.Product.CheckOutput(
                $"dev.atpkeyserver.alpha.{method}", document.RootElement));
        }
    }

    [Theory]
    [InlineData("utf-8")]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task Decrypts_a_record_that_a_shell_saved_with_a_byte_order_mark(string encoding)
    {
        var alice = running.NewAccount();
        await OkAsync(alice, ["group", "create", "team"]);
        var uri = $"at://{alice.Did}/app.bsky.feed.post/3laaaaaaaaaa2";
        var record = await OkAsync(alice, ["encrypt", "team", uri], "Grüße");
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, record, Encoding.GetEncoding(encoding));
        var (status, output, errors) = await Command.RunAsync(
            "sh", ["-c", $"dotnet '{Tool}' decrypt '{uri}' < '{file}'"], environment: Environment(alice));
        File.Delete(file);
        Assert.Equal((0, "Grüße", ""), (status, output, errors));
    }

    [Fact]
    public async Task On_a_terminal_an_export_is_indented_and_a_list_shows_its_progress()
    {
        var (alice, bob) = (running.NewAccount(), running.NewAccount());
        await OkAsync(alice, ["group", "create", "team"]);
        await OkAsync(alice, ["group", "add", "team", bob.Did]);
        Assert.Contains($"\n  \"did\": \"{alice.Did}\"", await OnTerminalAsync("account export"),
            StringComparison.Ordinal);
        var seen = await OnTerminalAsync("group members team");
        Assert.Contains("\r\u001b[K1 member\r\u001b[K", seen, StringComparison.Ordinal);
        Assert.Contains(bob.Did, seen, StringComparison.Ordinal);
        var (_, _, errors) = await RunAsync(alice, ["group", "members", "team"]);
        Assert.Equal("", errors);

        // script(1) gives the command a terminal.
        async Task<string> OnTerminalAsync(string command) => (await Command.RunAsync(
            "script", ["-qec", $"dotnet '{Tool}' {command}", "/dev/null"], environment: Environment(alice))).Output
            .Replace("\r\n", "\n", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Errors_are_JSON_if_asked()
    {
        var (alice, bob) = (running.NewAccount(), running.NewAccount());
        await OkAsync(alice, ["group", "create", "team"]);
        var (status, output, errors) = await RunAsync(bob, ["group", "log", $"{alice.Did}#team", "--json"]);
        Assert.Equal((3, ""), (status, output));
        Assert.Equal(
            ("Forbidden", "The group does not exist, or you have no access to it."),
            ((string?)Json(errors)["error"], (string?)Json(errors)["message"]));
    }

    private static JsonNode Json(string text) => JsonNode.Parse(text)!;

    private async Task<string> OkAsync(EmulatedAccount account, string[] arguments, string input = "")
    {
        var (status, output, errors) = await RunAsync(account, arguments, input);
        Assert.True(status == 0, $"{string.Join(' ', arguments)}: {status} {output} {errors}");
        return output;
    }

    private Task<(int Status, string Output, string Errors)> RunAsync(
        EmulatedAccount account, string[] arguments, string input = "", string? pds = null) =>
        Command.RunAsync("dotnet", [Tool, .. arguments], input, Environment(account, pds));

    private (string Name, string Value)[] Environment(EmulatedAccount account, string? pds = null) =>
    [
        ("ATPKEY_KEYSERVER", running.Did),
        ("ATPKEY_PDS", pds ?? running.Pds.OriginalString),
        ("ATPKEY_PLC", running.Pds.OriginalString),
        ("ATPKEY_ACCOUNT", account.Handle),
        ("ATPKEY_APP_PASSWORD", account.AccessToken),
    ];
}
