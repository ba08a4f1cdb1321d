using System.Security.Cryptography;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Fuzz.Engine;

/// <summary>Inputs in files: raw bytes, or hex digits in a file that ends in <c>.hex</c>.</summary>
internal static class Corpus
{
    private static readonly string Home = Path.Combine(AzuriteProcess.RepositoryRoot(), "tests", "Fuzz");
    private static readonly string Artifacts = Path.Combine(AzuriteProcess.RepositoryRoot(), "artifacts", "fuzz");

    /// <summary>Seeds and former findings, ordered by name.</summary>
    public static IReadOnlyList<(string Name, byte[] Bytes)> Read(string target) =>
        [.. new[] { "Corpus", "Findings" }
            .Select(kind => Path.Combine(Home, kind, target))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.GetFiles(folder).Order(StringComparer.Ordinal))
            .Select(file => (Path.GetRelativePath(Home, file), Read(new FileInfo(file))))];

    /// <summary>The existing folders; each belongs to a target.</summary>
    public static IEnumerable<string> Folders => new[] { "Corpus", "Findings" }
        .Select(kind => Path.Combine(Home, kind))
        .Where(Directory.Exists)
        .SelectMany(Directory.GetDirectories)
        .Select(folder => Path.GetFileName(folder)!);

    /// <summary>Stores an input with the test results; a person decides whether to commit it.</summary>
    /// <returns>The file.</returns>
    public static string Keep(string kind, string target, byte[] input)
    {
        var folder = Directory.CreateDirectory(Path.Combine(Artifacts, kind, target)).FullName;
        var name = Convert.ToHexStringLower(SHA256.HashData(input).AsSpan(0, 4));
        var isText = input.All(b => b is >= 0x20 and < 0x7F or (byte)'\n');
        var file = Path.Combine(folder, isText ? name : name + ".hex");
        if (isText)
            File.WriteAllBytes(file, input);
        else
            File.WriteAllText(file, Convert.ToHexStringLower(input));
        return file;
    }

    private static byte[] Read(FileInfo file) =>
        file.Extension == ".hex"
            ? Convert.FromHexString(File.ReadAllText(file.FullName).Trim())
            : File.ReadAllBytes(file.FullName);
}
