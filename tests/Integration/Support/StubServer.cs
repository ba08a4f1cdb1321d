using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Core.Pipeline;

namespace AtpKeyserver.Tests.Integration.Support;

/// <summary>A service that answers from a function, below the whole pipeline, and remembers what it was asked.</summary>
internal sealed class StubServer(Func<StubServer.Request, HttpResponseMessage> answer) : HttpMessageHandler
{
    public ConcurrentQueue<Request> Requests { get; } = new();

    public HttpPipelineTransport Transport => new HttpClientTransport(this);

    public static HttpResponseMessage Json(HttpStatusCode status, string body, params (string Name, string Value)[] headers)
    {
        var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The clients are asynchronous.");

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(cancellationToken);
        var seen = new Request(request.Method.Method, request.RequestUri!, request.Headers.Authorization?.ToString(), body);
        Requests.Enqueue(seen);
        return answer(seen);
    }

    internal sealed record Request(string Method, Uri Uri, string? Authorization, string Body);
}
