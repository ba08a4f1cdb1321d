using System.Net;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>Which function of the local host gets a request.</summary>
public sealed class RoutingTests
{
    [Theory]
    [InlineData("GET", "/first/literal", "A_template name=literal")]
    [InlineData("POST", "/first/literal", "B_literal_behind")]
    [InlineData("GET", "/second/literal.with-dots", "c_literal_before")]
    [InlineData("GET", "/SECOND/Literal.With-Dots", "c_literal_before")]
    [InlineData("GET", "/second/literal.with-dots/", "c_literal_before")]
    [InlineData("GET", "/second/literal.with-dots//", "Z_rest path=second/literal.with-dots//")]
    [InlineData("GET", "/second/literal%2Ewith-dots", "c_literal_before")]
    [InlineData("GET", "/second/other?x=1", "D_template name=other")]
    [InlineData("GET", "/second/other/", "D_template name=other")]
    [InlineData("GET", "/second/a/b", "Z_rest path=second/a/b")]
    [InlineData("GET", "/third/3", "E_number n=3")]
    [InlineData("GET", "/third/4/more", "E_number n=4 rest=more")]
    [InlineData("GET", "/third/2", "Z_rest path=third/2")]
    [InlineData("GET", "/third/three", "Z_rest path=third/three")]
    [InlineData("GET", "/", "F_root")]
    [InlineData("GET", "/?x=1", "F_root")]
    [InlineData("POST", "/", "Z_rest")]
    [InlineData("PUT", "/g_named", "G_named")]
    [InlineData("OPTIONS", "/first/literal", "Z_rest path=first/literal")]
    [InlineData("DELETE", "/first/literal", "Z_rest path=first/literal")]
    [InlineData("PURGE", "/first/literal", "Z_rest path=first/literal")]
    public async Task The_first_name_that_matches_wins(string verb, string path, string expected)
    {
        await using var host = await RunningHost.StartAsync(typeof(RouteFunctions.Ordered));
        using var response = await host.SendAsync(verb, path);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_catch_all_with_an_early_name_swallows_the_others()
    {
        await using var host = await RunningHost.StartAsync(typeof(RouteFunctions.Swallowing));

        Assert.Equal("A_rest path=literal", await host.GetTextAsync("/literal"));
    }

    [Theory]
    [InlineData("GET", "/only", HttpStatusCode.OK)]
    [InlineData("HEAD", "/only", HttpStatusCode.OK)]
    [InlineData("OPTIONS", "/only", HttpStatusCode.NotFound)]
    [InlineData("POST", "/only", HttpStatusCode.NotFound)]
    [InlineData("GET", "/only/not", HttpStatusCode.NotFound)]
    [InlineData("GET", "/", HttpStatusCode.NotFound)]
    [InlineData("GET", "/admin/functions/Only", HttpStatusCode.NotFound)]
    public async Task Nothing_but_functions_answers(string verb, string path, HttpStatusCode expected)
    {
        await using var host = await RunningHost.StartAsync(typeof(RouteFunctions.OneVerb));
        using var response = await host.SendAsync(verb, path);

        Assert.Equal(expected, response.StatusCode);
        Assert.False(response.Headers.Contains("Server"));
        if (expected == HttpStatusCode.NotFound || verb == "HEAD")
            Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("{}", "/api/only")]
    [InlineData("""{"extensions":{"http":{"routePrefix":"x/y"}}}""", "/x/y/only")]
    [InlineData("""/* why */ {"Extensions":{"HTTP":{"RoutePrefix":"",}},}""", "/only")]
    public async Task The_route_prefix_stands_before_every_route(string hostJson, string path)
    {
        await using var host = await RunningHost.StartAsync(new HostOptions { HostJson = hostJson }, typeof(RouteFunctions.OneVerb));

        Assert.Equal("Only", await host.GetTextAsync(path));
    }

    [Fact]
    public async Task A_disabled_function_has_no_route()
    {
        var options = new HostOptions { Settings = { ["AzureWebJobs.Only.Disabled"] = "true" } };
        await using var host = await RunningHost.StartAsync(options, typeof(RouteFunctions.OneVerb));
        using var response = await host.SendAsync("GET", "/only");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
