namespace Azure.Monitor.OpenTelemetry.Exporter;

/// <summary>Where telemetry goes.</summary>
public class AzureMonitorExporterOptions
{
    /// <summary>Of the Application Insights resource.</summary>
    public string ConnectionString { get; set; }
}
