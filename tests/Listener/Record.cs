namespace AtpKeyserver.Tests.Listener;

/// <summary>A file of lines, each written before the next begins. It stays open until the process ends.</summary>
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
