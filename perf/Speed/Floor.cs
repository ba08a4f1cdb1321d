using System.Reflection;
using AtpKeyserver.DevStack;
using AtpKeyserver.FunctionsHost;

namespace AtpKeyserver.Perf.Speed;

/// <summary>The least that could answer: an empty function on the same host and worker.</summary>
internal sealed class Floor : IAsyncDisposable
{
    private static readonly Request Request = new("/empty", new Dictionary<string, string>());

    private readonly LocalHost _host;

    private Floor(LocalHost host, Uri origin) => (_host, Origin) = (host, origin);

    public Uri Origin { get; }

    public int ProcessId => _host.WorkerProcessId!.Value;

    public static async Task<Floor> StartAsync()
    {
        var configuration = typeof(Floor).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        var port = LoopbackPort.Choose();
        var host = await LocalHost.StartAsync(new LocalHostOptions
        {
            AppFolder = Path.Combine(AzuriteProcess.RepositoryRoot(), "perf/EmptyFunction/bin", configuration, "net10.0/publish"),
            Urls = [$"http://127.0.0.1:{port}"],
            WriteLine = _ => { },
        });
        return new Floor(host, new Uri($"http://127.0.0.1:{port}/"));
    }

    public Task<Round> RunAsync(int seconds) => Round.RunAsync(Origin, ProcessId, store: null, [Request], seconds);

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}
