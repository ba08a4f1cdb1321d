using System.Runtime.InteropServices;
using System.Text.Json;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Support;

/// <summary>Writes figures and a description of the machine to <c>artifacts/perf/{name}.json</c>.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Machine =>
        $"{Environment.ProcessorCount} cores, load {Load}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>The load average of the last minute.</summary>
    private static string Load =>
        File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <returns>The path of the file.</returns>
    public static string Write<T>(string name, string machine, T figures)
    {
        var folder = Directory.CreateDirectory(Path.Combine(AzuriteProcess.RepositoryRoot(), "artifacts", "perf"));
        var file = Path.Combine(folder.FullName, name + ".json");
        var report = new { takenAt = TimeProvider.System.GetUtcNow(), machine, figures };
        File.WriteAllText(file, JsonSerializer.Serialize(report, Json));
        return file;
    }
}
