using Azure.Core;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Azure.Monitor.OpenTelemetry.Exporter;

/// <summary>
/// Refuses: Application Insights has no public protocol that could be spoken without the official package, and a server that seems to be watched
/// and is not would be worse than one that does not start.
/// </summary>
public static class AzureMonitorExporterExtensions
{
    public static TracerProviderBuilder AddAzureMonitorTraceExporter(
        this TracerProviderBuilder builder,
        Action<AzureMonitorExporterOptions> configure = null,
        TokenCredential credential = null,
        string name = null) => throw Refusal();

    public static MeterProviderBuilder AddAzureMonitorMetricExporter(
        this MeterProviderBuilder builder,
        Action<AzureMonitorExporterOptions> configure = null,
        TokenCredential credential = null,
        string name = null) => throw Refusal();

    private static NotSupportedException Refusal() => new(
        "This build cannot send to Application Insights: unset APPLICATIONINSIGHTS_CONNECTION_STRING, "
        + "or build with -p:OfficialPackages=all.");
}
