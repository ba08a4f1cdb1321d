using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace AtpKeyserver.Tests.Integration.Audit;

/// <summary>Connects to Azurite, records requests, and lets a test delay, refuse or answer them.</summary>
internal sealed class StorageInterceptor()
    : DelegatingHandler(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3) })
{
    private readonly ConcurrentQueue<string> _asked = new();

    /// <summary>Runs before Azurite; null forwards the request.</summary>
    public Func<string, Task<HttpResponseMessage?>> Before { get; set; } = _ =>
        Task.FromResult<HttpResponseMessage?>(null);

    /// <summary>Like <see cref="Before"/>, with the whole request.</summary>
    public Func<HttpRequestMessage, Task<HttpResponseMessage?>> BeforeRequest { get; set; } = _ =>
        Task.FromResult<HttpResponseMessage?>(null);

    public static HttpResponseMessage Refusal(HttpStatusCode status, string code) => new(status)
    {
        Content = new StringContent(
            $$$"""{"odata.error":{"code":"{{{code}}}","message":{"value":"No."} } }""", Encoding.UTF8,
                "application/json"),
        Headers = { { "x-ms-error-code", code } },
    };

    /// <summary>The requests since the last call: <c>GET accesslog20310101</c>, <c>POST $batch</c>.</summary>
    public string[] Take()
    {
        var asked = new List<string>();
        while (_asked.TryDequeue(out var request))
            asked.Add(request);
        return [.. asked];
    }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var what =
            $"{request.Method} {Uri.UnescapeDataString(request.RequestUri!.AbsolutePath).Split('/')[2].Split('(')[0]}";
        if (what.StartsWith("DELETE Tables", StringComparison.Ordinal))
            what += Uri.UnescapeDataString(request.RequestUri.AbsolutePath);
        _asked.Enqueue(what);
        return await Before(what) ?? await BeforeRequest(request) ?? await base.SendAsync(request, cancellationToken);
    }
}
