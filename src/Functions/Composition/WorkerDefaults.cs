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
    /// <summary>Bytes: three times the host's 8 KiB, since a byte of the path may be escaped, and the verb.</summary>
    private const int MaxRequestLine = 25 * 1024;

    /// <summary>Bytes: twice the host's 32 KiB.</summary>
    private const int MaxHeaderBytes = 64 * 1024;

    /// <summary>Twice the host's 100.</summary>
    private const int MaxHeaders = 200;

    public static void TurnOffUnwantedDefaults(this FunctionsApplicationBuilder builder)
    {
        // The worker removes the last entry of X-Forwarded-For, which is the address that the platform saw; a client
        // controls the rest. X-Forwarded-Prefix would let a client change the path. TrustedProxies decides instead.
        builder.Services.Configure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.None);

        // Kestrel resets the connection of a body above its limit, so the caller would see the host's 500 in place of
        // our 413. XrpcBody reads at most 16 KiB of any body.
        builder.Services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestBodySize = null);
        builder.Services.Configure<KestrelServerOptions>(TakeWhatTheHostTakes);

        // The event source tells every agent in the process each request with its query, whatever the log levels are.
        foreach (var provider in builder.Services.Where(IsUnwantedLogger).ToArray())
            builder.Services.Remove(provider);
    }

    /// <summary>
    /// What Kestrel refuses is answered without a body and without CORS headers. The host checks a request by the same
    /// limits, then adds headers and may escape the path: so each limit here is above the host's.
    /// </summary>
    private static void TakeWhatTheHostTakes(KestrelServerOptions options)
    {
        // Kestrel's own selector refuses bytes that are not UTF-8. Here they become U+FFFD, in headers that nobody
        // reads, too.
        options.RequestHeaderEncodingSelector = static _ => Encoding.UTF8;
        options.Limits.MaxRequestLineSize = MaxRequestLine;
        options.Limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        options.Limits.MaxRequestHeaderCount = MaxHeaders;
    }

    private static bool IsUnwantedLogger(ServiceDescriptor service) =>
        service.ServiceType == typeof(ILoggerProvider)
        && (service.ImplementationType == typeof(EventSourceLoggerProvider) || service.ImplementationType == typeof(DebugLoggerProvider));
}
