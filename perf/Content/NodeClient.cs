using System.Diagnostics;
using System.Globalization;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Content;

/// <summary>The TypeScript client in a process of Node, which waits between the measurements.</summary>
internal sealed class NodeClient : IDisposable
{
    private readonly Process _process;

    private NodeClient(Process process, string version)
    {
        _process = process;
        Version = version;
    }

    /// <summary>The version of Node.</summary>
    public string Version { get; }

    /// <param name="node">The program.</param>
    /// <param name="cancellation">Stops waiting for it.</param>
    public static async Task<NodeClient> StartAsync(string node, CancellationToken cancellation)
    {
        var root = AzuriteProcess.RepositoryRoot();
        var package = Path.Combine(root, "clients", "typescript");
        using (var build = Process.Start("npm", ["run", "--silent", "build", "--prefix", package]))
        {
            await build.WaitForExitAsync(cancellation);
            if (build.ExitCode != 0)
                throw new InvalidOperationException("The build failed. Try: npm ci --prefix clients/typescript");
        }

        var process = Process.Start(new ProcessStartInfo(node, [Path.Combine(root, "perf", "Content", "content.mjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        return new NodeClient(process, await ReadLineAsync(process, cancellation));
    }

    /// <returns>The CPU time of a call in microseconds.</returns>
    public async Task<double> MeasureAsync(
        string what, int size, TimeSpan duration, CancellationToken cancellation)
    {
        await _process.StandardInput.WriteLineAsync(
            string.Create(CultureInfo.InvariantCulture, $"{what} {size} {duration.TotalMilliseconds}"));
        return double.Parse(await ReadLineAsync(_process, cancellation), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    private static async Task<string> ReadLineAsync(Process process, CancellationToken cancellation) =>
        await process.StandardOutput.ReadLineAsync(cancellation)
        ?? throw new InvalidOperationException("Node ended.");
}
