using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker.LocalHost.Functions;
using Microsoft.Azure.Functions.Worker.LocalHost.Routing;
using Microsoft.Azure.Functions.Worker.LocalHost.Timers;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.LocalHost;

/// <summary>Puts the host together: functions, routes, timers, admin route, Kestrel.</summary>
internal static class LocalFunctionsHost
{
    /// <exception cref="InvalidOperationException">The real host would refuse a function or the settings.</exception>
    internal static IHost Build(WebApplicationBuilder web, IReadOnlyList<Type> types, bool usesAspNetCore,
        IReadOnlyList<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> middleware)
    {
        var hostJson = HostJson.Read(web.Configuration["FUNCTIONS_APPLICATION_DIRECTORY"] ?? HostJson.DirectoryFromEnvironment());
        var settings = HostSettings.Read(web.Configuration);
        var catalog = FunctionCatalog.Read(types, hostJson.RoutePrefix, web.Configuration);
        if (!usesAspNetCore && catalog.Http.Count > 0)
            throw new InvalidOperationException("HTTP functions take an HttpRequest: call ConfigureFunctionsWebApplication().");

        web.WebHost.UseUrls([.. settings.Urls]);
        web.Services.TryAddSingleton(TimeProvider.System);
        web.Services.AddSingleton(catalog);
        web.Services.AddSingleton(new FunctionPipeline(middleware));
        web.Services.AddSingleton<TimerRunner>();
        web.Services.AddSingleton<TimerService>();
        web.Services.AddHostedService(services => services.GetRequiredService<TimerService>());
        if (catalog.Http.Any(function => typeof(IActionResult).IsAssignableFrom(function.ResultType)))
            web.Services.AddMvcCore();

        var app = web.Build();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Host");
        var rules = new HttpRules(new MasterKey(settings.MasterKey), RequestGate.From(hostJson), hostJson.CustomHeaders);
        var entrance = new HttpEntrance(
            new FunctionRouter(catalog.Http),
            app.Services.GetRequiredService<FunctionPipeline>(),
            new AdminEndpoint(catalog, app.Services.GetRequiredService<TimerService>(), rules.MasterKey),
            rules,
            app.Services.GetRequiredService<ILoggerFactory>());
        ((IApplicationBuilder)app).Run(entrance.HandleAsync);
        app.Lifetime.ApplicationStarted.Register(() => LogStart(app, catalog, logger));
        return app;
    }

    private static void LogStart(WebApplication app, FunctionCatalog catalog, ILogger logger)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        logger.LogInformation("Local Functions host: {Http} HTTP functions, {Timers} timers ({Disabled} disabled) on {Addresses}",
            catalog.Http.Count, catalog.Timers.Count, catalog.Timers.Count(timer => timer.Disabled), string.Join(' ', addresses));
    }
}
