using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Microsoft.Azure.Functions.Worker.LocalHost;

/// <summary>What every app starts with: settings, logging, Kestrel and no more.</summary>
internal static class AppDefaults
{
    private const int MaxRequestHeadersTotalSize = 32 * 1024;
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);

    internal static WebApplicationBuilder CreateBuilder(string[]? args)
    {
        var web = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            Args = args,
            ContentRootPath = AppContext.BaseDirectory,
            EnvironmentName = Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") is { Length: > 0 } name
                ? name
                : Environments.Production,
        });
        AddConfiguration(web, args);
        AddLogging(web.Logging, web.Configuration);
        web.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownTimeout);
        var validate = web.Environment.IsDevelopment();
        web.Host.UseDefaultServiceProvider(options => options.ValidateScopes = options.ValidateOnBuild = validate);
        web.WebHost.UseKestrelCore();
        web.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestHeadersTotalSize = MaxRequestHeadersTotalSize;
        });
        return web;
    }

    private static void AddConfiguration(WebApplicationBuilder web, string[]? args)
    {
        web.Configuration
            .AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                // One line per request belongs to the app, and costs time.
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
                ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Warning",
            })
            .AddInMemoryCollection(HostJson.Read(HostJson.DirectoryFromEnvironment()).LogLevels)
            .AddJsonFile("appsettings.json", optional: true)
            .AddJsonFile($"appsettings.{web.Environment.EnvironmentName}.json", optional: true)
            .AddEnvironmentVariables();
        if (args is { Length: > 0 })
            web.Configuration.AddCommandLine(args);
    }

    private static void AddLogging(ILoggingBuilder logging, ConfigurationManager configuration) => logging
        .AddConfiguration(configuration.GetSection("Logging"))
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        });
}
