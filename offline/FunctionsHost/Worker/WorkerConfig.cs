using System.Text.Json;

namespace AtpKeyserver.FunctionsHost.Worker;

/// <summary>The worker's program, from <c>worker.config.json</c> in the publish folder.</summary>
/// <param name="Executable">Such as <c>dotnet</c>.</param>
/// <param name="Assembly">The assembly's path in the publish folder.</param>
internal sealed record WorkerConfig(string Executable, string Assembly)
{
    /// <exception cref="HostException">The folder is not a published isolated worker.</exception>
    public static WorkerConfig Read(string folder)
    {
        var path = Path.Combine(folder, "worker.config.json");
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllBytes(path));
            var description = json.RootElement.GetProperty("description");
            var config = new WorkerConfig(
                description.GetProperty("defaultExecutablePath").GetString()!,
                Path.Combine(folder, description.GetProperty("defaultWorkerPath").GetString()!));
            return File.Exists(config.Assembly) ? config : throw new HostException($"{config.Assembly} is missing.");
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException or InvalidOperationException
            or ArgumentException)
        {
            throw new HostException($"{folder} is not the publish folder of an isolated worker: {e.Message}", e);
        }
    }
}
