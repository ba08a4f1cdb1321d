using System.Globalization;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.FunctionsHost;

/// <summary>Writes one line per message of the host and its worker, if <c>host.json</c> enables its level.</summary>
internal sealed class HostLog(
    Action<string> writeLine, IReadOnlyDictionary<string, LogLevel> levels, TimeProvider clock)
{
    private const string Category = "Host";
    private const int Kept = 60;

    private readonly Lock _lock = new();
    private readonly Queue<string> _lastLines = new();
    private bool _isClosed;

    /// <summary>The last lines of the worker, for an error message.</summary>
    public string LastLines
    {
        get
        {
            lock (_lock)
                return string.Join(Environment.NewLine, _lastLines);
        }
    }

    public void Information(string message) => WriteOwn(LogLevel.Information, message);

    public void Warning(string message) => WriteOwn(LogLevel.Warning, message);

    public void Error(string message) => WriteOwn(LogLevel.Error, message);

    /// <summary>A message that the worker sent.</summary>
    public void Write(LogLevel level, string category, string eventId, string message, string? exception)
    {
        if (IsEnabled(level, category))
            WriteOutput(Format(level, category, eventId, exception is null ? message : $"{message} {exception}"));
    }

    /// <summary>A line that the worker's process wrote to its output or error stream.</summary>
    public void WriteOutput(string line) => WriteLine(line, keep: true);

    /// <summary>Clears the last lines, for a new worker.</summary>
    public void ClearLines()
    {
        lock (_lock)
            _lastLines.Clear();
    }

    /// <summary>Stops all output.</summary>
    public void Close()
    {
        lock (_lock)
            _isClosed = true;
    }

    private void WriteOwn(LogLevel level, string message)
    {
        if (IsEnabled(level, Category))
            WriteLine(Format(level, Category, "0", message), keep: false);
    }

    private void WriteLine(string line, bool keep)
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            if (keep)
                _lastLines.Enqueue(line);
            if (_lastLines.Count > Kept)
                _lastLines.Dequeue();
            writeLine(line);
        }
    }

    private string Format(LogLevel level, string category, string eventId, string text)
    {
        var time = clock.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        return $"{time} {NameOf(level)}: {category}[{eventId}] {text.ReplaceLineEndings(" ")}";
    }

    private bool IsEnabled(LogLevel level, string category) =>
        level != LogLevel.None && level >= MinimumLevel(category);

    // The longest matching prefix of the category applies.
    private LogLevel MinimumLevel(string category)
    {
        var minimum = levels.GetValueOrDefault("Default", LogLevel.Information);
        var longest = -1;
        foreach (var (name, level) in levels)
        {
            if (name.Length > longest && category.StartsWith(name, StringComparison.OrdinalIgnoreCase)
                && (category.Length == name.Length || category[name.Length] == '.'))
            {
                (minimum, longest) = (level, name.Length);
            }
        }

        return minimum;
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
