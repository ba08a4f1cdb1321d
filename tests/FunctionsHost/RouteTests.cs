using System.Net;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>The function for each request.</summary>
[Collection(SharedHostCollection.Name)]
public sealed class RouteTests(SharedHost shared)
{
    private readonly AppHost _app = shared.App;

    [Theory]
    [InlineData("GET", "/first/literal", "A_Parameter literal")]
    [InlineData("POST", "/first/literal", "B_LiteralBehind POST")]
    [InlineData("GET", "/second/literal.with-dots", "c_LiteralBefore GET")]
    [InlineData("GET", "/SECOND/Literal.With-Dots", "c_LiteralBefore GET")]
    [InlineData("GET", "/second/literal.with-dots/", "c_LiteralBefore GET")]
    [InlineData("GET", "/second/literal%2Ewith-dots", "c_LiteralBefore GET")]
    [InlineData("GET", "/second/other?x=1", "D_Parameter other")]
    [InlineData("GET", "/second/a/b", "F_Rest a/b")]
    [InlineData("GET", "/third/3", "E_Number 3")]
    [InlineData("GET", "/third/4/more", "E_Number 4")]
    [InlineData("GET", "/verbs", "H_Get GET")]
    [InlineData("POST", "/verbs", "I_Post POST")]
    public async Task The_first_matching_name_wins(string method, string target, string expected)
    {
        using var response = await _app.SendAsync(method, target);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("GET", "/", "EchoRoot")]
    [InlineData("GET", "/?x=1", "EchoRoot")]
    [InlineData("PUT", "/EchoWithoutRoute", "EchoWithoutRoute")]
    [InlineData("GET", "/rest", "EchoRest")]
    [InlineData("POST", "/rest/a//b/", "EchoRest")]
    public async Task Root_and_rest_and_a_function_without_a_route_match(
        string method, string target, string function) =>
        Assert.Equal(function, (await _app.EchoAsync(method, target)).Function);

    [Theory]
    [InlineData("DELETE", "/verbs")]
    [InlineData("OPTIONS", "/verbs")]
    [InlineData("GET", "/EchoWithoutRoute")]
    [InlineData("POST", "/")]
    [InlineData("GET", "/third/2")]
    [InlineData("GET", "/third/three")]
    [InlineData("GET", "/nowhere")]
    [InlineData("GET", "/echo")]
    [InlineData("GET", "/echo/a/b/c")]
    [InlineData("GET", "//echo/a")]
    [InlineData("GET", "//")]
    [InlineData("GET", "/disabled")]
    [InlineData("GET", "/admin/functions/Patient")]
    [InlineData("GET", "/admin/host/status")]
    public async Task A_request_without_a_function_is_not_found(string method, string target)
    {
        using var response = await _app.SendAsync(method, target);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Head_is_a_separate_method()
    {
        using var taken = await _app.SendAsync("HEAD", "/verbs");
        using var other = await _app.SendAsync("HEAD", "/first/literal");

        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Empty(await taken.Content.ReadAsByteArrayAsync());
        Assert.Equal(HttpStatusCode.NotFound, other.StatusCode);
    }
}
