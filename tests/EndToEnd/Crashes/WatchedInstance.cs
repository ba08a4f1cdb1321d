using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>
/// An instance of the app whose storage calls are watched, and which can kill something at one of them.
/// </summary>
internal sealed class WatchedInstance : IAsyncDisposable
{
    private readonly RecordingProxy _storage;
    private readonly Dictionary<string, int> _seen = [];
    private readonly List<CrashPoint> _points = [];
    private CrashPoint? _point;
    private Func<Task>? _kill;
    private bool _isReached;

    private WatchedInstance(AppProcess app, RecordingProxy storage, Api api)
    {
        (App, _storage, Api) = (app, storage, api);
        storage.Between = WatchAsync;
    }

    public AppProcess App { get; }

    public Api Api { get; }

    public static async Task<WatchedInstance> StartAsync(Stack stack, AzuriteProcess azurite)
    {
        var storage = await RecordingProxy.StartAsync(azurite.Endpoint);
        var through = azurite.ConnectionString.Replace(
            azurite.Endpoint.Authority, $"127.0.0.1:{storage.Port}", StringComparison.Ordinal);
        var app = await stack.StartInstanceAsync(
            new Dictionary<string, string> { ["Keyserver__Tables__ConnectionString"] = through });
        return new WatchedInstance(app, storage, new Api(stack, app.Origin));
    }

    /// <summary>The points of an undisturbed request.</summary>
    public async Task<IReadOnlyList<CrashPoint>> RecordAsync(Func<Task> request)
    {
        await RunAsync(null, null, request);
        lock (_points)
            return [.. _points];
    }

    /// <summary>Kills the app, or something else, when the request reaches the point; false if it does not.</summary>
    public async Task<bool> KillAtAsync(CrashPoint point, Func<Task> request, Func<Task>? kill = null)
    {
        await RunAsync(point, kill ?? App.KillAsync, request);
        return _isReached;
    }

    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await App.DisposeAsync();
        await _storage.DisposeAsync();
    }

    private async Task RunAsync(CrashPoint? point, Func<Task>? kill, Func<Task> request)
    {
        lock (_points)
        {
            _seen.Clear();
            _points.Clear();
            (_point, _kill, _isReached) = (point, kill, false);
        }

        await request();
        lock (_points)
            _point = null;
    }

    private async Task<HttpResponseMessage?> WatchAsync(HttpRequestMessage call, Func<Task<HttpResponseMessage>> send)
    {
        if (call.Content is { } content)
            await content.LoadIntoBufferAsync();
        var name = await StorageCall.NameAsync(call);
        bool isBefore, isAfter;
        lock (_points)
        {
            var nth = _seen[name] = _seen.GetValueOrDefault(name) + 1;
            var (before, after) = (new CrashPoint(name, nth, IsAfter: false), new CrashPoint(name, nth, IsAfter: true));
            _points.AddRange([before, after]);
            (isBefore, isAfter) = (_point == before, _point == after);
            _isReached |= isBefore || isAfter;
        }

        if (isBefore)
        {
            await _kill!();
            return null;
        }

        var answer = await send();
        if (!isAfter)
            return answer;
        await _kill!();
        answer.Dispose();
        return null;
    }
}
