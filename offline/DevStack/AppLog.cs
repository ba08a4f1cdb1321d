using System.Collections.Concurrent;

namespace AtpKeyserver.DevStack;

/// <summary>What the app wrote to its output and error streams, through all its restarts.</summary>
public sealed class AppLog
{
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly int _most;

    internal AppLog(int most) => _most = most;

    /// <summary>Raised for each line as it comes, on the thread that reads it.</summary>
    public event Action<string>? Written;

    /// <summary>The lines so far, oldest first.</summary>
    public IReadOnlyList<string> Lines => [.. _lines];

    internal void Add(string line)
    {
        _lines.Enqueue(line);
        while (_lines.Count > _most)
            _lines.TryDequeue(out _);
        Written?.Invoke(line);
    }
}
