using System.Diagnostics;
using System.Globalization;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>Measures the live heap and the resident memory of an instance.</summary>
internal sealed class Heap(AppProcess app, string file)
{
    /// <summary>The instance's settings.</summary>
    public static Dictionary<string, string> Settings(string file) => new()
    {
        ["DOTNET_STARTUP_HOOKS"] = typeof(Heap).Assembly.Location,
        [StartupHook.FileVariable] = file,
    };

    public async Task<(double LiveMb, double ResidentMb)> CollectAsync()
    {
        File.Delete(file);
        using (var kill = Process.Start("kill", ["-USR1", app.ProcessId.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync();
        for (var since = Stopwatch.GetTimestamp(); !File.Exists(file); await Task.Delay(20))
        {
            if (Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException("The app did not run a garbage collection.");
        }

        var live = long.Parse(await File.ReadAllTextAsync(file), CultureInfo.InvariantCulture) / 1048576.0;
        await using var memory = new MemoryWatch(app.ProcessId);
        return (live, memory.Resident);
    }
}
