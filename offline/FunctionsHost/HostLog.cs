using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.FunctionsHost;

/// <summary>Writes one line for each message of the host and its worker, if <c>host.json</c> asks for its level.</summary>
internal sealed class HostLog(Action<string> writeLine, IReadOnlyDictionary<string, LogLevel> levels, TimeProvider clock)
{
    private const string Category = "Host";
    private const int Kept = 20;

    private readonly ConcurrentQueue<string> _lastLines = new();

    /// <summary>For an error message.</summary>
    public string LastLines => string.Join(Environment.NewLine, _lastLines);

    public void Information(string message) => Write(LogLevel.Information, Category, "0", message, null);

    public void Warning(string message) => Write(LogLevel.Warning, Category, "0", message, null);

    public void Error(string message) => Write(LogLevel.Error, Category, "0", message, null);

    /// <summary>A line that the worker's process wrote to its output or error stream.</summary>
    public void WriteOutput(string line)
    {
        _lastLines.Enqueue(line);
        while (_lastLines.Count > Kept)
            _lastLines.TryDequeue(out _);
        writeLine(line);
    }

    public void Write(LogLevel level, string category, string eventId, string message, string? exception)
    {
        if (level < LeastLevel(category) || level == LogLevel.None)
            return;
        var time = clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        var text = exception is null ? message : $"{message} {exception}";
        WriteOutput($"{time} {NameOf(level)}: {category}[{eventId}] {text.ReplaceLineEndings(" ")}");
    }

    // The longest name that the category begins with decides.
    private LogLevel LeastLevel(string category)
    {
        var least = levels.GetValueOrDefault("Default", LogLevel.Information);
        var longest = -1;
        foreach (var (name, level) in levels)
        {
            if (name.Length > longest && category.StartsWith(name, StringComparison.OrdinalIgnoreCase)
                && (category.Length == name.Length || category[name.Length] == '.'))
            {
                (least, longest) = (level, name.Length);
            }
        }

        return least;
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        _ => "crit",
    };
}
