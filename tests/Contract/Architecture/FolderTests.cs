using System.Text.RegularExpressions;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Contract.Architecture;

/// <summary>
/// The folders of <c>src/Shared</c> form an acyclic graph, and table rows stay in their folders (docs/ARCHITECTURE.md).
/// </summary>
public sealed partial class FolderTests
{
    /// <summary>From the bottom up: a folder uses only earlier folders.</summary>
    private static readonly string[] Order =
    [
        "Identifiers", "Errors", "Observability", "Configuration", "Crypto", "Concurrency", "Networking", "Storage",
        "KeyManagement", "RateLimiting", "Identity", "Authentication", "Transparency",
        "AccessLog", "Versions", "Accounts", "Groups",
        "Erasure",
        "Export", "Operations",
    ];

    private static readonly string Shared = Path.Combine(AzuriteProcess.RepositoryRoot(), "src", "Shared");

    [Fact]
    public void Every_folder_is_listed() =>
        Assert.Equal(Order.Order(),
            Sources().Select(source => source.Folder).Where(folder => folder.Length > 0).Distinct().Order());

    [Fact]
    public void A_folder_uses_only_folders_below_it() => Assert.Empty(
        from source in Sources()
        where source.Folder.Length > 0
        from used in NamespaceRegex().Matches(source.Text).Select(match => match.Groups[1].Value)
        where Order.Contains(used) && Array.IndexOf(Order, used) > Array.IndexOf(Order, source.Folder)
        select $"{source.Name} uses {used}");

    [Fact]
    public void The_core_uses_no_HTTP_server() => Assert.Empty(
        from source in Sources() where source.Text.Contains(
            "Microsoft.AspNetCore", StringComparison.Ordinal) select source.Name);

    [Fact]
    public void Only_table_classes_know_rows() => Assert.Empty(
        from source in Sources()
        where RowRegex().IsMatch(source.Text)
        where source.Folder != "Storage"
            && !source.Name.EndsWith("Table.cs", StringComparison.Ordinal)
            && !source.Name.Contains("/Rows/", StringComparison.Ordinal)
        select source.Name);

    private static IEnumerable<(string Name, string Folder, string Text)> Sources() =>
        from file in Directory.EnumerateFiles(Shared, "*.cs", SearchOption.AllDirectories)
        let name = Path.GetRelativePath(Shared, file)
        let folder = name.Contains('/', StringComparison.Ordinal)
            ? name[..name.IndexOf('/', StringComparison.Ordinal)]
            : ""
        where folder is not ("obj" or "bin")
        select (name, folder, File.ReadAllText(file));

    [GeneratedRegex(@"\bAtpKeyserver\.(\w+)")]
    private static partial Regex NamespaceRegex();

    [GeneratedRegex(@"\bAzure\.Data\.Tables\b|\bTableEntity\b")]
    private static partial Regex RowRegex();
}
