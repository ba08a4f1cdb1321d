using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.RateLimiting;
using AtpKeyserver.FunctionsHost.Functions;
using AtpKeyserver.FunctionsHost.Settings;
using AtpKeyserver.FunctionsHost.Worker;
using AtpKeyserver.FunctionsHost.Worker.Rpc;
using Microsoft.AspNetCore.Http;
using Yarp.ReverseProxy.Forwarder;

namespace AtpKeyserver.FunctionsHost.Http;

/// <summary>Calls a function: announces the call to the worker over gRPC and forwards the request over HTTP.</summary>
internal sealed class HttpInvoker : IDisposable
{
    private const int ReceiveBufferSize = 64 * 1024;

    // The worker waits 5 s for the HTTP request.
    private static readonly TimeSpan ResultLimit = TimeSpan.FromSeconds(10);

    // The supervisor limits the run time.
    private static readonly ForwarderRequestConfig NoTimeout = new() { ActivityTimeout = TimeSpan.FromDays(1) };
    private static readonly TypedData EmptyRequest = new() { Http = new RpcHttp() };

    private readonly WorkerSupervisor _workers;
    private readonly IHttpForwarder _forwarder;
    private readonly HostLog _log;
    private readonly MasterKey _masterKey;
    private readonly ConcurrencyLimiter? _limiter;
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = DistributedContextPropagator.CreatePassThroughPropagator(),
        ConnectCallback = ConnectAsync,
        // The real host returns 500 for a header that is not ASCII. This host forwards the bytes, so that tests can
        // check the app.
        RequestHeaderEncodingSelector = (_, _) => Encoding.Latin1,
    });

    public HttpInvoker(WorkerSupervisor workers, IHttpForwarder forwarder, HostJson hostJson, MasterKey masterKey,
        HostLog log)
    {
        _workers = workers;
        _forwarder = forwarder;
        _log = log;
        _masterKey = masterKey;
        if ((hostJson.MaxConcurrentRequests ?? hostJson.MaxOutstandingRequests) is { } concurrent)
        {
            _limiter = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
            {
                PermitLimit = concurrent,
                QueueLimit = Math.Max(0, (hostJson.MaxOutstandingRequests ?? int.MaxValue) - concurrent),
                QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
            });
        }
    }

    public async Task InvokeAsync(HttpContext http, HttpFunction function)
    {
        if (!function.IsAnonymous && !_masterKey.Allows(http.Request))
        {
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        using var lease = _limiter is null ? null : await _limiter.AcquireAsync(cancellationToken: http.RequestAborted);
        if (lease is { IsAcquired: false })
            http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        else if (_workers.Current is { } worker)
            await ForwardAsync(http, function, worker);
        else
            Unavailable(http);
    }

    public void Dispose()
    {
        _client.Dispose();
        _limiter?.Dispose();
    }

    private async Task ForwardAsync(HttpContext http, HttpFunction function, WorkerInstance worker)
    {
        var invocation = worker.Start(function.Name, RequestOf(function, http.Request));
        await using var left = http.RequestAborted.Register(() => worker.Channel.Cancel(invocation));
        var error = await _forwarder.SendAsync(
            http, worker.HttpAddress, _client, NoTimeout, new InvocationTransformer(invocation));
        try
        {
            if (error != ForwarderError.None)
                worker.Channel.Cancel(invocation);
            // Even if the caller has disconnected, the function runs until it returns a result.
            var result = error == ForwarderError.None || http.RequestAborted.IsCancellationRequested
                ? await invocation.Result
                : await invocation.Result.WaitAsync(ResultLimit);
            if (http.RequestAborted.IsCancellationRequested
                || (result.Status == StatusResult.Types.Status.Success && error == ForwarderError.None))
            {
                return;
            }

            if (result.Status == StatusResult.Types.Status.Failure)
                _log.Error($"{function.Name} failed: {result.Exception?.Message} {result.Exception?.StackTrace}");
            else
                _log.Error($"{function.Name}: cannot forward the response ({error})");
            Fail(http, StatusCodes.Status500InternalServerError);
        }
        catch (WorkerLostException)
        {
            Unavailable(http);
        }
        catch (TimeoutException)
        {
            _log.Error($"{function.Name}: cannot forward the request ({error})");
            Fail(http, StatusCodes.Status502BadGateway);
        }
    }

    // A small buffer, so that the app sees the backpressure of a slow caller.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext to, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true,
            ReceiveBufferSize = ReceiveBufferSize };
        try
        {
            await socket.ConnectAsync(to.DnsEndPoint, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static InvocationRequest RequestOf(HttpFunction function, HttpRequest request)
    {
        var call = new InvocationRequest
        {
            TraceContext = new RpcTraceContext
            {
                TraceParent = request.Headers.TraceParent.ToString(),
                TraceState = request.Headers.TraceState.ToString(),
            },
        };
        call.InputData.Add(new ParameterBinding { Name = function.Parameter, Data = EmptyRequest });
        foreach (var (name, value) in request.RouteValues)
            call.TriggerMetadata.Add(name, new TypedData { String = value?.ToString() ?? "" });
        return call;
    }

    /// <summary>
    /// Returns 503 if there is no worker. Aborts the connection while the host stops, like a machine failure.
    /// </summary>
    private void Unavailable(HttpContext http)
    {
        if (_workers.Stopping.IsCancellationRequested || http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        http.Response.Headers.RetryAfter = "1";
    }

    /// <summary>
    /// Aborts the connection if a part of the response has been sent, so that the caller notices the failure.
    /// </summary>
    private static void Fail(HttpContext http, int status)
    {
        if (http.Response.HasStarted)
        {
            http.Abort();
            return;
        }

        http.Response.Clear();
        http.Response.StatusCode = status;
    }
}
