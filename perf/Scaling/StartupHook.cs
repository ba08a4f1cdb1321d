using System.Globalization;
using System.Runtime.InteropServices;

/// <summary>
/// Loaded into the app's process (<c>DOTNET_STARTUP_HOOKS</c>): at SIGUSR1 it collects all garbage and writes to a file how many bytes
/// live on the heap. Its name and place are given:
/// <see href="https://github.com/dotnet/runtime/blob/main/docs/design/features/host-startup-hook.md"/>.
/// </summary>
internal static class StartupHook
{
    public const string FileVariable = "SCALING_HEAP_FILE";

    /// <summary>Its number on Linux.</summary>
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

        File.WriteAllText(file + ".new", GC.GetTotalMemory(forceFullCollection: true).ToString(CultureInfo.InvariantCulture));
        File.Move(file + ".new", file, overwrite: true);
    }
}
