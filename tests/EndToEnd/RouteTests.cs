using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Names and verbs: which paths are served, by exact match, and with which verbs.</summary>
[Collection(SharedKeyserver.OfProtocol)]
public sealed class RouteTests(KeyserverFixture keyserver)
{
    private static readonly string[] Verbs = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"];

    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();

    [Theory]
    [MemberData(nameof(Methods.All), MemberType = typeof(Methods))]
    public async Task A_method_accepts_its_verbs_and_lists_them(string method)
    {
        string[] allowed = Methods.IsQuery(method) ? ["GET", "HEAD"] : ["POST"];
        foreach (var verb in Verbs.Except(allowed))
            await IsWrongVerbAsync(verb, $"/xrpc/{Api.A}{method}", string.Join(", ", allowed));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/.well-known/did.json")]
    [InlineData("/xrpc/_health")]
    public async Task A_page_only_accepts_reads(string path)
    {
        foreach (var verb in Verbs.Except(["GET", "HEAD"]))
            await IsWrongVerbAsync(verb, path, "GET, HEAD");
    }

    /// <summary>
    /// These paths belong to the host: if the app answered a preflight, any page in a browser could start an operator's
    /// function.
    /// </summary>
    [Theory]
    [InlineData("OPTIONS", "/admin/functions/RotateEverything")]
    [InlineData("GET", "/admin/functions/RotateEverything")]
    [InlineData("POST", "/runtime/webhooks")]
    public async Task Paths_of_the_host_do_not_reach_the_app(string verb, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        var answer = await _api.SendAsync(request);
        Assert.Equal(404, answer.Status);
        Assert.Null(answer.Header("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("com.atproto.server.describeServer")]
    [InlineData("dev.atpkeyserver.alpha")]
    [InlineData("dev.atpkeyserver.alpha.")]
    [InlineData("dev.atpkeyserver.alpha.group")]
    [InlineData("dev.atpkeyserver.alpha.group.getAllKeys")]
    [InlineData("dev.atpkeyserver.beta.group.getKey")]
    [InlineData("x-dev.atpkeyserver.alpha.group.getKey")]
    [InlineData("dev.atpkeyserver.alpha.group.getKey/more")]
    [InlineData("dev.atpkeyserver.alpha.group.getKey//")]
    [InlineData("dev.atpkeyserver.alpha.group.getkey")]
    [InlineData("dev.atpkeyserver.alpha.group.rotatekey")]
    [InlineData("DEV.ATPKEYSERVER.ALPHA.GROUP.GETKEY")]
    [InlineData("dev.atpkeyserver.alpha.server.DescribeServer")]
    [InlineData("dev.atpkeyserver.alpha.Key")]
    [InlineData("_health/more")]
    [InlineData("müller")]
    [InlineData("..%2f..%2fetc%2fpasswd")]
    public async Task An_unknown_name_is_not_implemented(string nsid)
    {
        foreach (var verb in new[] { "GET", "POST" })
            (await SendAsync(verb, $"/xrpc/{nsid}")).Is(501, "MethodNotImplemented");
        Assert.Equal(501, (await SendAsync("HEAD", $"/xrpc/{nsid}")).Status);
    }

    [Theory]
    [InlineData("/favicon.ico")]
    [InlineData("/xrpc")]
    [InlineData("/xrpc/")]
    [InlineData("/XRPCS/dev.atpkeyserver.alpha.key")]
    [InlineData("/.well-known/atproto-did")]
    [InlineData("/api/GroupGetKey")]
    [InlineData("/ZzCatchAll")]
    public async Task Other_paths_are_not_found(string path)
    {
        foreach (var verb in new[] { "GET", "POST", "DELETE" })
            (await SendAsync(verb, path)).Is(404, "InvalidRequest");
    }

    [Theory]
    [MemberData(nameof(Methods.OfAccounts), MemberType = typeof(Methods))]
    public async Task A_trailing_slash_is_ignored(string method)
    {
        var group = $"{_alice}#friends";
        if (method.StartsWith("group.", StringComparison.Ordinal))
            await _api.GetAsync("group.getKey", _alice, ("group_id", group));
        var query = Methods.IsQuery(method) ? $"?group_id={Uri.EscapeDataString(group)}" : "";
        var verb = Methods.IsQuery(method) ? HttpMethod.Get : HttpMethod.Post;
        using var request = new HttpRequestMessage(verb, $"/xrpc/{Api.A}{method}/{query}");
        request.Headers.Authorization = new("Bearer", _api.Token(_alice, method));
        if (!Methods.IsQuery(method))
            request.Content = new StringContent($"{{\"group_id\":\"{group}\"}}", null, "application/json");
        Assert.InRange((await _api.SendAsync(request)).Status, 200, 404);
    }

    [Theory]
    [InlineData("/.well-known/did.json/")]
    [InlineData("/xrpc/_health/")]
    [InlineData("/xrpc/dev.atpkeyserver.alpha.server.describeServer/")]
    [InlineData("/?unknown=1")]
    public async Task A_slash_or_query_does_not_hide_a_page(string path) => (await SendAsync("GET", path)).Ok();

    private async Task IsWrongVerbAsync(string verb, string path, string allowed)
    {
        var refused = await SendAsync(verb, path);
        Assert.Equal(allowed, refused.Header("Allow"));
        if (verb == "HEAD")
            Assert.Equal((405, ""), (refused.Status, refused.Text));
        else
            refused.Is(405, "InvalidRequest");
    }

    private async Task<Answer> SendAsync(string verb, string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Parse(verb), path);
        return await _api.SendAsync(request);
    }
}
