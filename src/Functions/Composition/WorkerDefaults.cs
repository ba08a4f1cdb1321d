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
    public static void TurnOffUnwantedDefaults(this FunctionsApplicationBuilder builder)
    {
        // The worker removes the last entry of X-Forwarded-For, which is the address that the platform saw; a client
        // controls the rest. X-Forwarded-Prefix would let a client change the path. TrustedProxies decides instead.
        builder.Services.Configure<ForwardedHeadersOptions>(options => options.ForwardedHeaders = ForwardedHeaders.None);

        // Kestrel resets the connection of a body above its limit, so the caller would see the host's 500 in place of
        // our 413. XrpcBody reads at most 16 KiB of any body.
        builder.Services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestBodySize = null);

        // The event source tells every agent in the process each request with its query, whatever the log levels are.
        foreach (var provider in builder.Services.Where(IsUnwantedLogger).ToArray())
            builder.Services.Remove(provider);
    }

    private static bool IsUnwantedLogger(ServiceDescriptor service) =>
        service.ServiceType == typeof(ILoggerProvider)
        && (service.ImplementationType == typeof(EventSourceLoggerProvider) || service.ImplementationType == typeof(DebugLoggerProvider));
}
