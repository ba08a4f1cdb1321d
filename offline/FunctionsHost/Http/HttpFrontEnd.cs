using System.Text;
using AtpKeyserver.FunctionsHost.Functions;
using AtpKeyserver.FunctionsHost.Settings;
using AtpKeyserver.FunctionsHost.Timers;
using AtpKeyserver.FunctionsHost.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Yarp.ReverseProxy.Forwarder;

namespace AtpKeyserver.FunctionsHost.Http;

/// <summary>The HTTP server for the functions' routes and the admin route.</summary>
internal sealed class HttpFrontEnd : IAsyncDisposable
{
    private const int MaxHeaderBytes = 32 * 1024;

    private readonly WebApplication _web;
    private readonly HttpInvoker _invoker;

    private HttpFrontEnd(WebApplication web, HttpInvoker invoker)
    {
        _web = web;
        _invoker = invoker;
    }

    /// <summary>The addresses with the actual ports.</summary>
    public IReadOnlyCollection<string> Addresses { get; private set; } = [];

    /// <exception cref="HostException">The admin route would be open to other machines.</exception>
    public static void Check(LocalHostOptions options, HostSettings settings)
    {
        if (settings.MasterKey is null && options.Urls.FirstOrDefault(url => !IsLoopback(url)) is { } open)
            throw new HostException(
                $"{open} is reachable from other machines. Set FUNCTIONS_MASTER_KEY, or listen on loopback.");
    }

    /// <exception cref="HostException">A URL is invalid, or its port is in use.</exception>
    public static async Task<HttpFrontEnd> StartAsync(
        LocalHostOptions options, HostJson hostJson, HostSettings settings, FunctionCatalog functions,
        WorkerSupervisor workers,
        TimerService timers, HostLog log, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls([.. options.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
            // Headers are forwarded byte for byte.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            // The worker enforces limits.
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.StopTimeout);
        builder.Services.AddRouting();
        builder.Services.AddHttpForwarder();
        var web = builder.Build();

        var masterKey = new MasterKey(settings.MasterKey);
        var invoker = new HttpInvoker(
            workers, web.Services.GetRequiredService<IHttpForwarder>(), hostJson, masterKey, log);
        if (hostJson.CustomHeaders.Count > 0)
            web.Use((http, next) => AddHeaders(http, hostJson.CustomHeaders, next));
        web.Use(RejectUnroutable);
        web.UseRouting();
        web.MapPost(AdminEndpoint.Route, new RequestDelegate(new AdminEndpoint(timers, masterKey).HandleAsync))
            .WithOrder(-2);
        FunctionRoutes.Map(web, functions.Http, invoker);
        var frontEnd = new HttpFrontEnd(web, invoker);
        try
        {
            await web.StartAsync(cancellation);
            frontEnd.Addresses =
                [.. web.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses];
            return frontEnd;
        }
        catch (Exception e)
        {
            await frontEnd.DisposeAsync();
            if (e is OperationCanceledException)
                throw;
            throw new HostException($"Cannot listen on {string.Join(' ', options.Urls)}: {e.Message}", e);
        }
    }

    /// <summary>
    /// Rejects new requests and waits up to <see cref="LocalHostOptions.StopTimeout"/> for running ones.
    /// </summary>
    public Task StopAsync() => _web.StopAsync();

    /// <summary>Aborts running requests and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _web.StopAsync(new CancellationToken(canceled: true))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _web.DisposeAsync();
        _invoker.Dispose();
    }

    private static bool IsLoopback(string url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.IsLoopback;

    private static Task AddHeaders(HttpContext http, IReadOnlyDictionary<string, string> headers, RequestDelegate next)
    {
        http.Response.OnStarting(() =>
        {
            foreach (var (name, value) in headers)
                http.Response.Headers[name] = value;
            return Task.CompletedTask;
        });
        return next(http);
    }

    // The real host handles paths that start with two slashes, and a reverse proxy cannot forward CONNECT.
    private static Task RejectUnroutable(HttpContext http, RequestDelegate next)
    {
        if (HttpMethods.IsConnect(http.Request.Method))
            http.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
        else if (http.Request.Path.Value is ['/', '/', ..])
            http.Response.StatusCode = StatusCodes.Status404NotFound;
        else
            return next(http);
        return Task.CompletedTask;
    }
}
