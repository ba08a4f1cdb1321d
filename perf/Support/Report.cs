using System.Runtime.InteropServices;
using System.Text.Json;

namespace AtpKeyserver.Perf;

/// <summary>Figures, with the machine that they were taken on, as <c>artifacts/perf/{name}.json</c>.</summary>
internal static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static string Machine => $"{Environment.ProcessorCount} cores, load {Load}, {RuntimeInformation.FrameworkDescription}";

    /// <summary>Processes that wanted a core in the last minute, on average.</summary>
    private static string Load => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : "unknown";

    /// <returns>The file.</returns>
    public static string Write<T>(string name, string machine, T figures)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Root(), "artifacts", "perf"));
        var file = Path.Combine(folder.FullName, name + ".json");
        File.WriteAllText(file, JsonSerializer.Serialize(new { takenAt = TimeProvider.System.GetUtcNow(), machine, figures }, Json));
        return file;
    }

    /// <summary>The folder of the checkout.</summary>
    public static string Root()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Functions.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("Run this from a checkout of the keyserver: Functions.sln was not found.");
    }
}
