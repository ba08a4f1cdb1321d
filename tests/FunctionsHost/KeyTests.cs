using System.Net;
using System.Text;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>Routes that require the master key.</summary>
[Collection(SharedHostCollection.Name)]
public sealed class KeyTests(SharedHost shared)
{
    private readonly AppHost _app = shared.App;

    [Theory]
    [InlineData("/guarded/function", null, HttpStatusCode.Unauthorized)]
    [InlineData("/guarded/function", "open", HttpStatusCode.Unauthorized)]
    [InlineData("/guarded/function", AppHost.Key, HttpStatusCode.OK)]
    [InlineData("/guarded/admin", null, HttpStatusCode.Unauthorized)]
    [InlineData("/guarded/admin", "", HttpStatusCode.Unauthorized)]
    [InlineData("/guarded/admin", AppHost.Key, HttpStatusCode.OK)]
    public async Task A_function_that_is_not_anonymous_needs_the_key(string path, string? key, HttpStatusCode status)
    {
        using var response = await _app.SendAsync("GET", path, null, key is null ? [] : [("x-functions-key", key)]);

        Assert.Equal(status, response.StatusCode);
    }

    [Theory]
    [InlineData("AtStart", "{}", null, 401)]
    [InlineData("AtStart", "{}", "wrong", 401)]
    [InlineData("NoFunction", "{}", AppHost.Key, 404)]
    [InlineData("Echo", "{}", AppHost.Key, 404)]
    [InlineData("AtStart", "", AppHost.Key, 400)]
    [InlineData("AtStart", "[]", AppHost.Key, 400)]
    [InlineData("AtStart", "{", AppHost.Key, 400)]
    [InlineData("AtStart", null, AppHost.Key, 415)]
    [InlineData("AtStart", """{"input":""}""", AppHost.Key, 202)]
    [InlineData("atstart/", "{}", AppHost.Key, 202)]
    public async Task The_admin_route_needs_the_key_a_body_and_a_timer(
        string name, string? json, string? key, int status)
    {
        var before = Runs();
        using var body = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _app.SendAsync(
            "POST", $"/admin/functions/{name}", body, key is null ? [] : [("x-functions-key", key)]);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        if (status == 202)
            await _app.Lines.FirstAsync(before + 1, IsRun);
        else
            Assert.Equal(before, Runs());
    }

    [Fact]
    public async Task The_key_is_not_a_setting_of_the_app()
    {
        using var response = await _app.SendAsync("GET", "/answers/setting/FUNCTIONS_MASTER_KEY");

        Assert.Equal("(none)", await response.Content.ReadAsStringAsync());
    }

    private static bool IsRun(string line) => line.StartsWith("Timer AtStart:", StringComparison.Ordinal);

    private int Runs() => _app.Lines.All.Count(IsRun);
}
