using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Support;

/// <summary>Answers from a function below the whole pipeline and records the requests.</summary>
internal sealed class StubServer(Func<StubServer.Request, HttpResponseMessage> answer) : HttpMessageHandler
{
    public ConcurrentQueue<Request> Requests { get; } = new();

    public HttpPipelineTransport Transport => new HttpClientTransport(this);

    /// <summary>A table of this service.</summary>
    public TableClient Table(int retries = 0, StubCredential? credential = null, Uri? endpoint = null)
    {
        var options = new TableClientOptions
        {
            Transport = Transport,
            Retry = { MaxRetries = retries, Delay = TimeSpan.FromMilliseconds(1) },
        };
        endpoint ??= new Uri("https://acme.table.core.windows.net/");
        return new TableClient(endpoint, "groups", credential ?? new StubCredential(), options);
    }

    public static HttpResponseMessage Answer(HttpStatusCode status, string type, string body)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", type);
        return new HttpResponseMessage(status) { Content = content };
    }

    public static HttpResponseMessage Json(
        HttpStatusCode status, string body, params (string Name, string Value)[] headers)
    {
        var response =
            new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers)
            response.Headers.TryAddWithoutValidation(name, value);
        return response;
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken) =>
        throw new NotSupportedException("The clients are asynchronous.");

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var body = request.Content is null ? string.Empty : await request.Content.ReadAsStringAsync(cancellationToken);
        var seen =
            new Request(request.Method.Method, request.RequestUri!, request.Headers.Authorization?.ToString(), body);
        Requests.Enqueue(seen);
        return answer(seen);
    }

    internal sealed record Request(string Method, Uri Uri, string? Authorization, string Body);
}
