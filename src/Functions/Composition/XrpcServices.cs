using AtpKeyserver.Functions.Endpoints.Groups;
using AtpKeyserver.Functions.Xrpc;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Functions.Composition;

internal static class XrpcServices
{
    public static IServiceCollection AddXrpc(this IServiceCollection services) => services
        // These categories log the path and query of each call, and so DIDs and group ids.
        .AddLogging(logging => logging
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None))
        .AddSingleton<IMemoryPoolFactory<byte>, ClearedMemoryPool.Factory>()
        .AddSingleton<XrpcFailures>()
        .AddSingleton<XrpcErrors>()
        .AddSingleton<GroupKeyAnswers>()
        .AddSingleton<CallerAdmission>()
        .AddSingleton<XrpcPipeline>();
}
