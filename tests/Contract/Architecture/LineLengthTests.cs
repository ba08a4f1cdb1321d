using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Contract.Architecture;

/// <summary>Lines have at most 120 columns in code and 100 in Markdown, tables excepted (CONTRIBUTING.md).</summary>
public sealed class LineLengthTests
{
    private static readonly string Root = AzuriteProcess.RepositoryRoot();

    private static readonly string[] Code =
        [".cs", ".csproj", ".props", ".targets", ".js", ".mjs", ".ts", ".sh", ".bicep", ".bicepparam", ".yml", ".yaml"];

    /// <summary>Git's folder and the folders in .gitignore.</summary>
    private static readonly HashSet<string> Skipped =
    [
        ".git",
        .. File.ReadLines(Path.Combine(Root, ".gitignore"))
            .Where(line => line.EndsWith('/'))
            .Select(line => line.Trim('/')),
    ];

    [Fact]
    public void Lines_of_code_have_at_most_120_columns() =>
        AssertNone(TooLong(120, file => Code.Contains(Path.GetExtension(file)), _ => false));

    [Fact]
    public void Lines_of_Markdown_have_at_most_100_columns() => AssertNone(
        TooLong(100, file => Path.GetExtension(file) == ".md", line => line.TrimStart().StartsWith('|')));

    private static void AssertNone(IEnumerable<string> tooLong)
    {
        var lines = string.Join('\n', tooLong);
        Assert.True(lines.Length == 0, $"Lines are too long:\n{lines}");
    }

    private static IEnumerable<string> TooLong(int most, Predicate<string> isChecked, Predicate<string> isExcepted) =>
        from file in Files(Root)
        where isChecked(file)
        from line in File.ReadLines(file).Index()
        let columns = line.Item.EnumerateRunes().Count()
        where columns > most && !isExcepted(line.Item)
        select $"{Path.GetRelativePath(Root, file)}:{line.Index + 1} has {columns} columns, at most {most} are allowed";

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder).Concat(
            Directory.EnumerateDirectories(folder)
                .Where(inner => !Skipped.Contains(Path.GetFileName(inner)))
                .SelectMany(Files));
}
