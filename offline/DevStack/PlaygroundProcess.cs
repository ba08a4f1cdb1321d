using System.Globalization;
using AtpKeyserver.FunctionsHost.Processes;

namespace AtpKeyserver.DevStack;

/// <summary>The built page of <c>clients/playground</c>, served by Vite as a child process on loopback.</summary>
public sealed class PlaygroundProcess : IAsyncDisposable
{
    private readonly ChildProcess _process;

    private PlaygroundProcess(ChildProcess process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Starts serving the page, connected to the stack.</summary>
    /// <exception cref="StackException">Vite did not start.</exception>
    public static async Task<PlaygroundProcess> StartAsync(Stack stack, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(stack);
        var folder = Path.Combine(AzuriteProcess.RepositoryRoot(), "clients/playground");
        var address = new Uri($"http://localhost:{stack.PlaygroundPort}/");
        var environment = new Dictionary<string, string?>
        {
            ["PLAYGROUND_KEYSERVER_DID"] = stack.KeyserverDid,
            ["PLAYGROUND_KEYSERVER"] = OriginOf(stack.App),
            ["PLAYGROUND_PDS"] = OriginOf(stack.Atproto.Origin),
        };
        string[] arguments =
        [
            "node_modules/vite/bin/vite.js", "preview", "--host", "localhost", "--strictPort",
            "--port", stack.PlaygroundPort.ToString(CultureInfo.InvariantCulture),
        ];
        return new PlaygroundProcess(
            await WebProcess.LaunchAsync(
                "The playground", address, AzuriteProcess.Node, arguments, environment, cancellation, folder),
            address);
    }

    /// <summary>Waits until the page is no longer served, and returns what happened.</summary>
    public async Task<string> WaitForFailureAsync(CancellationToken cancellation)
    {
        await _process.Process.WaitForExitAsync(cancellation);
        return $"The playground ended unexpectedly. {_process.LastOutput}".TrimEnd();
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static string OriginOf(Uri address) => address.GetLeftPart(UriPartial.Authority);
}
