using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Tests.Client;

/// <summary>The page for other languages runs as it stands.</summary>
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
