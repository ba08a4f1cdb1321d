namespace AtpKeyserver.Tests.Listener;

/// <summary>A file of lines, each there when the next one begins. It stays open as long as the process runs.</summary>
internal sealed class Record(string path) : IDisposable
{
    private readonly Lock _turn = new();
    private readonly StreamWriter _file = new(path, append: true) { AutoFlush = true };

    public void Write(string line)
    {
        lock (_turn)
            _file.WriteLine(line);
    }

    public void Dispose() => _file.Dispose();
}
