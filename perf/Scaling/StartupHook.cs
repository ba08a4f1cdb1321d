using System.Globalization;
using System.Runtime.InteropServices;

/// <summary>
/// Loaded into the app's process (<c>DOTNET_STARTUP_HOOKS</c>). On SIGUSR1, it runs a garbage collection and writes the
/// size of the live heap in bytes to a file. The runtime requires this name without a namespace:
/// <see href="https://github.com/dotnet/runtime/blob/main/docs/design/features/host-startup-hook.md"/>.
/// </summary>
internal static class StartupHook
{
    public const string FileVariable = "SCALING_HEAP_FILE";

    /// <summary>SIGUSR1 on Linux.</summary>
    private const int UserSignal = 10;

    private static PosixSignalRegistration? s_registration;

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } file)
            s_registration = PosixSignalRegistration.Create((PosixSignal)UserSignal, signal => Collect(signal, file));
    }

    private static void Collect(PosixSignalContext signal, string file)
    {
        signal.Cancel = true;
        for (var i = 0; i < 2; i++)
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            GC.WaitForPendingFinalizers();
        }

        var live = GC.GetTotalMemory(forceFullCollection: true);
        File.WriteAllText(file + ".new", live.ToString(CultureInfo.InvariantCulture));
        File.Move(file + ".new", file, overwrite: true);
    }
}
