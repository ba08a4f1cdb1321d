using System.Runtime.InteropServices;
using AtpKeyserver.Tests.Listener;

/// <summary>
/// Loaded into the app by <c>DOTNET_STARTUP_HOOKS</c>, which requires this name: records everything that a telemetry
/// agent in the process could export, and collects garbage when a test asks for it.
/// </summary>
#pragma warning disable CA1050 // The runtime looks for it outside of all namespaces.
public static class StartupHook
#pragma warning restore CA1050
{
    private static PosixSignalRegistration? s_collects;

    /// <summary>The runtime calls this before Main.</summary>
    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable("KEYSERVER_TEST_LISTENER") is not { Length: > 0 } path)
            return;
        var record = new Record(path);
        if (Environment.GetEnvironmentVariable("KEYSERVER_TEST_TELEMETRY") == "true")
            Telemetry.Listen(record);

        // SIGUSR1: garbage becomes free memory or is overwritten.
        s_collects = PosixSignalRegistration.Create((PosixSignal)10, signal =>
        {
            signal.Cancel = true;
            for (var round = 0; round < 2; round++)
            {
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Forced, blocking: true, compacting: true);
                GC.WaitForPendingFinalizers();
            }

            Telemetry.Measure();
            record.Write("collected");
        });
        record.Write("started");
    }
}
