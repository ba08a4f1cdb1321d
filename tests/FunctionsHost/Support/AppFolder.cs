namespace AtpKeyserver.Tests.FunctionsHost.Support;

/// <summary>An app folder that is deleted afterwards.</summary>
internal sealed class AppFolder : IDisposable
{
    private AppFolder()
    {
    }

    /// <summary>The publish folder of <c>tests/HostApp</c>, built with the same configuration as this test.</summary>
    public static string HostApp
    {
        get
        {
            var framework = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
            return Path.GetFullPath(Path.Combine(
                framework.FullName, "../../../../HostApp/bin", framework.Parent!.Name, framework.Name, "publish"));
        }
    }

    public string Location { get; } = Directory.CreateTempSubdirectory("functions-host-").FullName;

    /// <summary>A copy of the app that a test may change.</summary>
    public static AppFolder CopyHostApp()
    {
        var folder = new AppFolder();
        foreach (var file in Directory.EnumerateFiles(HostApp))
            File.Copy(file, Path.Combine(folder.Location, Path.GetFileName(file)));
        return folder;
    }

    /// <summary>An app whose worker is a bash script.</summary>
    public static AppFolder OfScript(string script)
    {
        var folder = new AppFolder();
        folder.Write("host.json", "{}");
        folder.WriteScript(script);
        return folder;
    }

    /// <summary>Makes a bash script the worker.</summary>
    public void WriteScript(string script)
    {
        Write("worker.sh", script);
        Write("worker.config.json",
            """{"description":{"defaultExecutablePath":"bash","defaultWorkerPath":"worker.sh"}}""");
    }

    public void Write(string name, string text) => File.WriteAllText(Path.Combine(Location, name), text);

    public void Dispose() => Directory.Delete(Location, recursive: true);
}
