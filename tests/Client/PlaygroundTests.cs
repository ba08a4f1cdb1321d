using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Client;

/// <summary>
/// The playground, used in a browser as people use it. Screenshots are in <c>artifacts/playground</c>.
/// </summary>
[Collection(OnRunningKeyserver.Name)]
public sealed class PlaygroundTests(ServedPlayground playground) : IClassFixture<ServedPlayground>
{
    private static readonly string Root = AzuriteProcess.RepositoryRoot();

    private static readonly string Folder = Path.Combine(Root, "clients", "playground");

    [Theory]
    [InlineData("story", "The story has ended.")]
    [InlineData("recovery", "Everything recovered.")]
    [InlineData("accessibility", "Accessible.")]
    public async Task In_a_browser(string program, string end)
    {
        var output = await RunAsync(AzuriteProcess.Node, [Path.Combine("test", program + ".ts")]);
        Assert.EndsWith(end + "\n", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("types")]
    [InlineData("lint")]
    public async Task The_script_succeeds(string name) => await RunAsync("npm", ["run", name]);

    [Fact]
    public async Task The_page_may_load_and_call_only_what_it_needs()
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var response = await http.GetAsync(playground.Address);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("*", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private async Task<string> RunAsync(string file, IEnumerable<string> arguments)
    {
        (string, string)[] environment =
        [
            ("PLAYGROUND", playground.Address.ToString()),
            ("SCREENSHOTS", Path.Combine(Root, "artifacts", "playground")),
        ];
        var (status, output, errors) = await Command.RunAsync(file, arguments, "", environment, Folder);
        Assert.True(status == 0, output + errors);
        return output;
    }
}
