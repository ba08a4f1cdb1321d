using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace AtpKeyserver.Tests.Client.Support;

/// <summary>All servers there are: answers come from the test, requests are written down.</summary>
internal sealed class FakeWeb(Func<Request, Task<HttpResponseMessage>> answer) : HttpMessageHandler
{
    private readonly ConcurrentQueue<Request> _requests = new();

    public FakeWeb(Func<Request, HttpResponseMessage> answer) : this(request => Task.FromResult(answer(request)))
    {
    }

    public IReadOnlyList<Request> Requests => [.. _requests];

    public static HttpResponseMessage Json(string json, int status = 200) => new((HttpStatusCode)status)
    {
        Content = new StringContent(json, Encoding.UTF8, "application/json"),
    };

    public static HttpResponseMessage Error(int status, string name, string? retryAfter = null)
    {
        var response = Json($$"""{"error":"{{name}}","message":"Told by the test."}""", status);
        if (retryAfter is not null)
            response.Headers.Add("Retry-After", retryAfter);
        return response;
    }

    public HttpClient Client() => new(this, disposeHandler: false);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? null : await request.Content.ReadAsStringAsync(cancellationToken);
        var proxied = request.Headers.TryGetValues("atproto-proxy", out var values) ? values.Single() : null;
        var token = request.Headers.Authorization?.Parameter;
        var seen = new Request(request.Method.Method, request.RequestUri!, token, proxied, body);
        _requests.Enqueue(seen);
        return await answer(seen).WaitAsync(cancellationToken);
    }
}

internal sealed record Request(string Verb, Uri Uri, string? Token, string? Proxy, string? Body)
{
    /// <summary>Such as <c>group.getKey</c>.</summary>
    public string Method =>
        Uri.AbsolutePath.Split('/')[^1].Replace("dev.atpkeyserver.alpha.", "", StringComparison.Ordinal);
}
