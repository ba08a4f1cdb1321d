using AtpKeyserver.DevStack;
using AtpKeyserver.FunctionsHost;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>The baseline: an empty function on the same host and worker.</summary>
internal sealed class Floor : IAsyncDisposable
{
    private static readonly Request Request = new("/empty", new Dictionary<string, string>());

    private readonly LocalHost _host;

    private Floor(LocalHost host, Uri origin) => (_host, Origin) = (host, origin);

    public Uri Origin { get; }

    public int ProcessId => _host.WorkerProcessId!.Value;

    /// <param name="variables">Additional environment variables of the worker.</param>
    public static async Task<Floor> StartAsync(IReadOnlyDictionary<string, string>? variables = null)
    {
        var port = LoopbackPort.Choose();
        var host = await LocalHost.StartAsync(new LocalHostOptions
        {
            AppFolder = Path.Combine(BuildOutput.Of("perf/EmptyFunction"), "publish"),
            Urls = [$"http://127.0.0.1:{port}"],
            WriteLine = _ => { },
            Environment = variables?.ToDictionary(pair => pair.Key, string? (pair) => pair.Value) ?? [],
        });
        return new Floor(host, new Uri($"http://127.0.0.1:{port}/"));
    }

    public Task<Round> RunAsync(int seconds, int connections = Wrk.Connections) =>
        Round.RunAsync(Origin, ProcessId, store: null, [Request], seconds, connections: connections);

    /// <summary>The worker's allocations per response.</summary>
    public async Task<double> BytesAsync()
    {
        var requests = 0L;
        var bytes = await Allocations.DuringAsync(ProcessId, async () => requests = (await RunAsync(2)).Load.Requests);
        return bytes / requests;
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
