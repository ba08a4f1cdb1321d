using System.Collections.Concurrent;

namespace AtpKeyserver.DevStack;

/// <summary>The app's output and error streams, across restarts.</summary>
public sealed class AppLog
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly int _maxLines;

    internal AppLog(int maxLines) => _maxLines = maxLines;

    /// <summary>Raised for each line, on the reading thread.</summary>
    public event Action<string>? Written;

    /// <summary>The lines so far, oldest first.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    internal void Add(string line)
    {
        _lines.Enqueue(line);
        while (_lines.Count > _maxLines)
            _lines.TryDequeue(out _);
        Written?.Invoke(line);
    }
}
