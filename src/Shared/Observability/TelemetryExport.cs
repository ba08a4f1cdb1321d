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
/// Sends traces and metrics to whom the environment names: a collector (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, which gets the log, too), the
/// console (<c>OTEL_TRACES_EXPORTER</c>, <c>OTEL_METRICS_EXPORTER</c>), Application Insights (<c>APPLICATIONINSIGHTS_CONNECTION_STRING</c>; its
/// log comes from the Functions host). Only what this server names itself: what the framework measures holds paths.
/// </summary>
public sealed class TelemetryExport : IHostedService, IDisposable
{
    private const int UsualInterval = 60_000;

    private readonly IConfiguration _settings;
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    private TelemetryExport(IConfiguration settings) => _settings = settings;

    private string? Insights => _settings["APPLICATIONINSIGHTS_CONNECTION_STRING"] is { Length: > 0 } text ? text : null;

    /// <summary>Adds nothing where no exporter is named.</summary>
    public static IServiceCollection AddTo(IServiceCollection services, IConfiguration settings)
    {
        var export = new TelemetryExport(settings);
        if (export.Insights is null && !Signals.Any(signal => export.Collects(signal) || export.Prints(signal)))
            return services;
        if (export.Collects("LOGS"))
        {
            // No scopes: the framework's hold the path of the request.
            services.AddLogging(logging => logging.AddOpenTelemetry(log => log.SetResourceBuilder(Resource()).AddOtlpExporter()));
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

    /// <summary>Sends what is left.</summary>
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
        var metrics = Sdk.CreateMeterProviderBuilder().SetResourceBuilder(Resource()).AddMeter(KeyserverMetrics.MeterName);
        if (Collects("METRICS"))
            metrics.AddOtlpExporter();
        if (Prints("METRICS"))
            metrics.AddReader(new PeriodicExportingMetricReader(new ConsoleMetrics(Console.Out), Interval));
        if (Insights is { } insights)
            metrics.AddAzureMonitorMetricExporter(options => SendTo(options, insights));
        return Collects("METRICS") || Prints("METRICS") || Insights is not null ? metrics.Build() : null;
    }

    /// <summary>With the app's identity. In development there is none, and nothing is authorized.</summary>
    private void SendTo(AzureMonitorExporterOptions options, string connectionString)
    {
        options.ConnectionString = connectionString;
        // What cannot be sent is dropped: no file of this app's holds anything.
        options.DisableOfflineStorage = true;
        if (_settings["AZURE_FUNCTIONS_ENVIRONMENT"] != Environments.Development)
            options.Credential = new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned);
    }

    private static ResourceBuilder Resource() => ResourceBuilder.CreateEmpty()
        .AddService("keyserver", serviceVersion: Product.Version)
        .AddTelemetrySdk()
        .AddEnvironmentVariableDetector();

    private int Interval =>
        int.TryParse(_settings["OTEL_METRIC_EXPORT_INTERVAL"], out var milliseconds) && milliseconds > 0 ? milliseconds : UsualInterval;

    private bool Collects(string signal) =>
        !string.IsNullOrEmpty(_settings["OTEL_EXPORTER_OTLP_ENDPOINT"])
        && (Exporters(signal) is not { Length: > 0 } named || named.Contains("otlp"));

    private bool Prints(string signal) => signal != "LOGS" && Exporters(signal).Contains("console");

    /// <summary>A list as OpenTelemetry's specification has it: otlp, console, none.</summary>
    private string[] Exporters(string signal) =>
        (_settings[$"OTEL_{signal}_EXPORTER"] ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
