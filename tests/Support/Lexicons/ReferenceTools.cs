using System.Diagnostics;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Support.Lexicons;

/// <summary>
/// The AT Protocol's own tools for lexicons, in <c>tests/Contract/Node</c>, on the Node.js that is pinned next to
/// Azurite.
/// </summary>
public static class ReferenceTools
{
    private static readonly string Root = AzuriteProcess.RepositoryRoot();

    /// <summary>The folder of <c>npm ci</c>.</summary>
    public static string Folder { get; } = Path.Combine(Root, "tests", "Contract", "Node");

    /// <summary>The product's lexicons.</summary>
    public static IReadOnlyList<string> Lexicons { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Root, "lexicons"), "*.json",
            SearchOption.AllDirectories).Order(StringComparer.Ordinal)];

    /// <summary>Starts a script. Its input and output are pipes, so that it ends with this process.</summary>
    /// <param name="arguments">The script and its arguments.</param>
    /// <param name="folder">The working directory.</param>
    public static Process Start(IEnumerable<string> arguments, string folder) => Process.Start(
        new ProcessStartInfo(AzuriteProcess.Node, arguments)
        {
            WorkingDirectory = folder, RedirectStandardInput = true, RedirectStandardOutput = true,
                RedirectStandardError = true,
        })!;
}
