namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>A copy of the publish folder, to be changed.</summary>
internal sealed class CopiedFolder : IDisposable
{
    private CopiedFolder(string path) => Path = path;

    public string Path { get; }

    public static CopiedFolder Make()
    {
        var copy = Directory.CreateTempSubdirectory("host-app-").FullName;
        foreach (var file in Directory.EnumerateFiles(RunningHost.Folder))
            File.Copy(file, System.IO.Path.Combine(copy, System.IO.Path.GetFileName(file)));
        return new CopiedFolder(copy);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
