using System.Diagnostics;
using System.Text.Json;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Deployment.Bicep;

/// <summary>All files of <c>infra/bicep</c>, read once.</summary>
public static class Infrastructure
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { MaxDepth = 512 };
    private static readonly Lazy<IReadOnlyList<BicepFile>> Read = new(() => [.. Parse(Files())]);

    public static string Root { get; } = AzuriteProcess.RepositoryRoot();

    public static string Folder { get; } = Path.Combine(Root, "infra", "bicep");

    public static IReadOnlyList<BicepFile> All => Read.Value;

    public static IEnumerable<BicepFile> Sources => All.Where(file => file.Name.EndsWith(".bicep", StringComparison.Ordinal));

    public static IEnumerable<BicepFile> ParameterFiles => All.Where(file => file.Name.EndsWith(".bicepparam", StringComparison.Ordinal));

    /// <summary>The file of this name in the folder, or in modules.</summary>
    public static BicepFile File(string name) => All.Single(file => file.Name == name);

    /// <summary>The file that another one names.</summary>
    public static BicepFile File(BicepFile from, string relative)
    {
        var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(from.Path)!, relative));
        return All.Single(file => file.Path == path);
    }

    public static IEnumerable<BicepFile> Parse(params string[] files)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true };
        start.ArgumentList.Add(Path.Combine(Root, "tests", "Deployment", "Parser", "parse.js"));
        foreach (var file in files)
            start.ArgumentList.Add(file);
        using var node = Process.Start(start)!;
        var trees = JsonSerializer.Deserialize<Tree[]>(node.StandardOutput.ReadToEnd(), Json)!;
        node.WaitForExit();
        return trees.Select(tree => new BicepFile(tree.File, tree.Root));
    }

    private static string[] Files() => [.. Directory.EnumerateFiles(Folder, "*.bicep*", SearchOption.AllDirectories)
        .Where(file => !file.EndsWith(".json", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];

    private sealed record Tree(string File, BicepNode Root);
}
