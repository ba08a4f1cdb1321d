using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Client.Support;

/// <summary>A copy of some projects, with the settings of the whole solution.</summary>
internal static class SourceCopy
{
    private static readonly string Root = AzuriteProcess.RepositoryRoot();

    private static readonly string[] Settings =
    [
        "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props",
        "BannedSymbols.txt", ".editorconfig", "global.json",
    ];

    public static void Make(string folder, params string[] projects)
    {
        foreach (var name in Settings)
            File.Copy(Path.Combine(Root, name), Path.Combine(folder, name));
        foreach (var project in projects)
            Copy(Path.Combine(Root, project), Path.Combine(folder, project));
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(from, file);
            if (relative.Split(Path.DirectorySeparatorChar)[0] is "bin" or "obj")
                continue;
            var copy = Path.Combine(to, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
