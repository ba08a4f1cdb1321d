using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Debug;
using Microsoft.Extensions.Logging.EventSource;

namespace AtpKeyserver.Functions.Composition;

/// <summary>Defaults of the Functions worker that this app turns off.</summary>
internal static class WorkerDefaults
{
    /// <summary>Bytes: three times the host's 8 KiB, since the path may be escaped, plus the verb.</summary>
    private const int MaxRequestLine = 25 * 1024;

    /// <summary>Bytes: twice the host's 32 KiB.</summary>
    private const int MaxHeaderBytes = 64 * 1024;

    /// <summary>Twice the host's 100.</summary>
    private const int MaxHeaders = 200;

    public static void TurnOffUnwantedDefaults(this FunctionsApplicationBuilder builder)
    {
        // By default the worker removes the last entry of X-Forwarded-For, the only one that a client cannot forge, and
        // a client can change the path with X-Forwarded-Prefix. TrustedProxies replaces this.
        builder.Services.Configure<ForwardedHeadersOptions>(
            options => options.ForwardedHeaders = ForwardedHeaders.None);

        // Kestrel resets the connection if a body exceeds its limit, so that the caller sees the host's 500 instead of
        // our 413. XrpcBody reads at most 16 KiB of any body.
        builder.Services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestBodySize = null);
        builder.Services.Configure<KestrelServerOptions>(RaiseLimitsAboveHost);

        // Regardless of log levels, the event source exposes every request with its query to all agents in the process.
        foreach (var provider in builder.Services.Where(IsUnwantedLogger).ToArray())
            builder.Services.Remove(provider);
    }

    /// <summary>
    /// Kestrel's error responses have no body and no CORS headers, so it must accept what the host accepts. The host
    /// checks the same limits, then adds headers and may escape the path: each limit here is above the host's.
    /// </summary>
    private static void RaiseLimitsAboveHost(KestrelServerOptions options)
    {
        // Kestrel's default selector rejects bytes that are not UTF-8, even in headers that are never read. With this
        // one they become U+FFFD.
        options.RequestHeaderEncodingSelector = static _ => Encoding.UTF8;
        options.Limits.MaxRequestLineSize = MaxRequestLine;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        options.Limits.MaxRequestHeaderCount = MaxHeaders;
    }

    private static bool IsUnwantedLogger(ServiceDescriptor service) =>
        service.ServiceType == typeof(ILoggerProvider)
        && (service.ImplementationType == typeof(EventSourceLoggerProvider)
            || service.ImplementationType == typeof(DebugLoggerProvider));
}
