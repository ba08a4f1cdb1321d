using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>
/// A proxy in front of Azurite, the vault, the directory or the app that records each call: its verb and its table or
/// NSID.
/// </summary>
public sealed class RecordingProxy : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly HttpClient _http;
    private readonly Uri _target;
    private readonly ConcurrentQueue<string> _calls = new();

    private RecordingProxy(WebApplication app, Uri target, X509Certificate2? certificate)
    {
        _app = app;
        _target = target;
        _http = new HttpClient(new SocketsHttpHandler
        {
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3),
            UseProxy = false,
            // The target has the certificate that it lent us.
            SslOptions = { RemoteCertificateValidationCallback = (_, theirs, _, _) =>
                theirs?.GetCertHashString() == certificate?.GetCertHashString() },
        });
    }

    /// <summary>An option of a request that is to be forwarded: canceled when its caller is gone.</summary>
    public static HttpRequestOptionsKey<CancellationToken> Aborted { get; } = new("aborted");

    public int Port => new Uri(_app.Urls.First()).Port;

    /// <summary>
    /// Intercepts a call and may forward it once, twice, never or with another content. A null response aborts the
    /// connection. Null forwards everything unchanged.
    /// </summary>
    public Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage?>>? Between { get; set; }

    /// <param name="target">The destination of the calls.</param>
    /// <param name="certificate">For https; null for http.</param>
    /// <param name="port">0 takes a free port.</param>
    public static async Task<RecordingProxy> StartAsync(Uri target, X509Certificate2? certificate = null, int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen =>
        {
            if (certificate is not null)
                listen.UseHttps(certificate);
        }));
        var app = builder.Build();
        var proxy = new RecordingProxy(app, target, certificate);
        app.Run(proxy.ForwardAsync);
        await app.StartAsync();
        return proxy;
    }

    /// <summary>The calls since the last read: <c>GET groups</c>, …</summary>
    public string[] Take()
    {
        var calls = new List<string>();
        while (_calls.TryDequeue(out var call))
            calls.Add(call);
        return [.. calls];
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _http.Dispose();
    }

    private async Task ForwardAsync(HttpContext context)
    {
        var request = context.Request;
        var parts = request.Path.Value!.Split('/');
        var called = parts[Math.Min(2, parts.Length - 1)].Split('(')[0];
        _calls.Enqueue($"{request.Method} {called}");

        // The path as it was sent, because it is signed.
        var path = context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget;
        using var forwarded = new HttpRequestMessage(
            new HttpMethod(request.Method), new Uri($"{_target.Scheme}://{_target.Authority}{path}"));
        forwarded.Options.Set(Aborted, context.RequestAborted);
        if (request.ContentLength > 0)
            forwarded.Content = new StreamContent(request.Body);
        foreach (var (name, values) in request.Headers)
        {
            // The vault names its keys by the address of the request.
            if ((name != "Host" || request.IsHttps)
                && !forwarded.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                forwarded.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        using var response = await AnswerAsync();
        if (response is null or RawAnswer)
        {
            if (response is RawAnswer raw)
                await context.Features.Get<IConnectionSocketFeature>()!.Socket.SendAsync(raw.Bytes);
            context.Abort();
            return;
        }

        context.Response.StatusCode = (int)response.StatusCode;
        foreach (var (name, values) in response.Headers.Concat(response.Content.Headers))
        {
            if (name is not ("Transfer-Encoding" or "Connection"))
                context.Response.Headers[name] = values.ToArray();
        }

        // Azurite sends a body with some of these, which must not be forwarded.
        if (response.StatusCode != HttpStatusCode.NoContent)
            await response.Content.CopyToAsync(context.Response.Body);

        // A failed or closed connection to the target aborts the connection here.
        async Task<HttpResponseMessage?> AnswerAsync()
        {
            try
            {
                return Between is { } between ? await between(forwarded, SendAsync) : await _http.SendAsync(forwarded);
            }
            catch (HttpRequestException)
            {
                return null;
            }
        }

        // A message can be sent only once, so each send uses a copy with the current content.
        async Task<HttpResponseMessage> SendAsync()
        {
            using var copy = new HttpRequestMessage(forwarded.Method, forwarded.RequestUri);
            foreach (var (name, values) in forwarded.Headers)
                copy.Headers.TryAddWithoutValidation(name, values);
            if (forwarded.Content is { } content)
            {
                copy.Content = new ByteArrayContent(await content.ReadAsByteArrayAsync());
                foreach (var (name, values) in content.Headers.Where(header => header.Key != "Content-Length"))
                    copy.Content.Headers.TryAddWithoutValidation(name, values);
            }

            return await _http.SendAsync(copy);
        }
    }
}

/// <summary>Raw bytes for the connection, which is then closed.</summary>
public sealed class RawAnswer(byte[] bytes) : HttpResponseMessage
{
    public byte[] Bytes { get; } = bytes;
}
