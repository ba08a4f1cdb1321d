using System.Runtime.InteropServices;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Secrets;

/// <summary>A running stack whose app has a listener in its process (tests/Listener).</summary>
public abstract class Watched : KeyserverFixture
{
    private const int CollectSignal = 10;

    private readonly string _record = Path.GetTempFileName();

    /// <summary>What the listener recorded.</summary>
    public string[] Lines
    {
        get
        {
            using var file =
                new StreamReader(new FileStream(_record, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(base.Settings)
    {
        ["DOTNET_STARTUP_HOOKS"] = Path.Combine(AppContext.BaseDirectory, "AtpKeyserver.Tests.Listener.dll"),
        ["KEYSERVER_TEST_LISTENER"] = _record,
    };

    /// <summary>Makes the app collect its garbage, run finalizers and report its observable metrics.</summary>
    public async Task CollectAsync()
    {
        var before = Collections();
        Assert.Equal(0, Kill(Stack.Keyserver.ProcessId, CollectSignal));
        await Eventually.TrueAsync(() => Collections() != before);
    }

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        File.Delete(_record);
    }

    private int Collections() => Lines.Count(line => line == "collected");

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);

    /// <summary>As in production, except for the signal that collects garbage.</summary>
    public sealed class Production : Watched;

    /// <summary>
    /// Logs at the finest level, has a listener and exports to a collector, to Application Insights and to the console;
    /// each token can be used once, so that its id is stored.
    /// </summary>
    public sealed class Verbose : Watched, IDisposable
    {
        private readonly Collector _collector = new();

        /// <summary>The exported data, by path.</summary>
        public ILookup<string, string> Exported => _collector.Received;

        public void Dispose() => _collector.Dispose();

        protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(base.Settings)
        {
            ["KEYSERVER_TEST_TELEMETRY"] = "true",
            ["Logging__LogLevel__Default"] = "Trace",
            ["AzureFunctionsJobHost__logging__logLevel__Default"] = "Trace",
            ["Keyserver__Replay"] = "All",
            ["Keyserver__RateLimits__TrustedProxies"] = "2",
            ["APPLICATIONINSIGHTS_CONNECTION_STRING"] =
                $"InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint={_collector.Address}",
            ["APPLICATIONINSIGHTS_STATSBEAT_DISABLED"] = "true",
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = _collector.Address,
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_TRACES_EXPORTER"] = "otlp,console",
            ["OTEL_METRICS_EXPORTER"] = "otlp,console",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        };
    }
}
