using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AtpKeyserver.Observability;

/// <summary>
/// Exports traces and metrics to the targets that the environment configures: an OTLP collector
/// (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, also for logs), the console (<c>OTEL_TRACES_EXPORTER</c>,
/// <c>OTEL_METRICS_EXPORTER</c>) or Application Insights (<c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>; the Functions
/// host sends the logs). Only this server's own instruments: the framework's contain request paths.
/// </summary>
public sealed class TelemetryExport : IHostedService, IDisposable
{
    private const int DefaultInterval = 60_000;

    private readonly IConfiguration _settings;
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    private TelemetryExport(IConfiguration settings) => _settings = settings;

    private string? Insights =>
        _settings["APPLICATIONINSIGHTS_CONNECTION_STRING"] is { Length: > 0 } text ? text : null;

    /// <summary>Adds nothing if no exporter is configured.</summary>
    public static IServiceCollection AddTo(IServiceCollection services, IConfiguration settings)
    {
        var export = new TelemetryExport(settings);
        if (export.Insights is null && !Signals.Any(signal => export.Collects(signal) || export.Prints(signal)))
            return services;
        if (export.Collects("LOGS"))
        {
            // Scopes are off: the framework's contain the request path.
            services.AddLogging(logging => logging.AddOpenTelemetry(
                log => log.SetResourceBuilder(Resource()).AddOtlpExporter()));
        }

        return services.AddHostedService(_ => export);
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _traces = BuildTraces();
        _metrics = BuildMetrics();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <summary>Flushes and disposes of the exporters.</summary>
    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    private static string[] Signals => ["TRACES", "METRICS", "LOGS"];

    private TracerProvider? BuildTraces()
    {
        var traces = Sdk.CreateTracerProviderBuilder().SetResourceBuilder(Resource()).AddSource(Traces.SourceName);
        if (Collects("TRACES"))
            traces.AddOtlpExporter();
        if (Prints("TRACES"))
            traces.AddProcessor(new SimpleActivityExportProcessor(new ConsoleTraces(Console.Out)));
        if (Insights is { } insights)
            traces.AddAzureMonitorTraceExporter(options => SendTo(options, insights));
        return Collects("TRACES") || Prints("TRACES") || Insights is not null ? traces.Build() : null;
    }

    private MeterProvider? BuildMetrics()
    {
        var metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(Resource())
            .AddMeter(KeyserverMetrics.MeterName);
        if (Collects("METRICS"))
            metrics.AddOtlpExporter();
        if (Prints("METRICS"))
            metrics.AddReader(new PeriodicExportingMetricReader(new ConsoleMetrics(Console.Out), Interval));
        if (Insights is { } insights)
            metrics.AddAzureMonitorMetricExporter(options => SendTo(options, insights));
        return Collects("METRICS") || Prints("METRICS") || Insights is not null ? metrics.Build() : null;
    }

    /// <summary>Uses the app's managed identity; in development there is no credential.</summary>
    private void SendTo(AzureMonitorExporterOptions options, string connectionString)
    {
        options.ConnectionString = connectionString;
        // Unsent telemetry is dropped: the app must not write it to local files.
        options.DisableOfflineStorage = true;
        if (_settings["AZURE_FUNCTIONS_ENVIRONMENT"] != Environments.Development)
            options.Credential = new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned);
    }

    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddService("keyserver", serviceVersion: Product.Version)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private int Interval =>
        int.TryParse(_settings["OTEL_METRIC_EXPORT_INTERVAL"], out var milliseconds) && milliseconds > 0
            ? milliseconds
            : DefaultInterval;

    private bool Collects(string signal) =>
        !string.IsNullOrEmpty(_settings["OTEL_EXPORTER_OTLP_ENDPOINT"])
        && (Exporters(signal) is not { Length: > 0 } named || named.Contains("otlp"));

    private bool Prints(string signal) => signal != "LOGS" && Exporters(signal).Contains("console");

    /// <summary>Comma-separated, as in the OpenTelemetry specification: otlp, console, none.</summary>
    private string[] Exporters(string signal) =>
        (_settings[$"OTEL_{signal}_EXPORTER"] ?? "")
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
