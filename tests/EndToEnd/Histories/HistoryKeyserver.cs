using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>Two instances over one storage, each with its own proxies at its entrance and to the storage.</summary>
public sealed class HistoryKeyserver : IAsyncLifetime
{
    private readonly List<RecordingProxy> _doors = [];
    private readonly List<RecordingProxy> _storages = [];
    private readonly List<AppProcess> _apps = [];
    private readonly List<Api> _apis = [];
    private Stack _stack = null!;

    /// <summary>The instances' processes.</summary>
    public IReadOnlyList<AppProcess> Apps => _apps;

    /// <summary>The proxy of each instance to the storage.</summary>
    public IReadOnlyList<RecordingProxy> Storages => _storages;

    /// <summary>Calls the instances directly.</summary>
    public IReadOnlyList<Api> Apis => _apis;

    public async Task InitializeAsync()
    {
        _stack = await Stack.StartAsync(new StackOptions
        {
            Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" },
        });
        await Task.WhenAll(AddInstanceAsync(), AddInstanceAsync());
        // The stack's own instance has no proxy.
        await _stack.Keyserver.StopAsync();
    }

    /// <summary>Calls the instances through a proxy at their entrance.</summary>
    public async Task<(RecordingProxy Door, Api Api)> OpenDoorAsync(int instance)
    {
        var door = await RecordingProxy.StartAsync(_apps[instance].Origin);
        lock (_doors)
            _doors.Add(door);
        return (door, new Api(_stack, new Uri($"http://127.0.0.1:{door.Port}/")));
    }

    public async Task DisposeAsync()
    {
        foreach (var api in _apis)
            api.Dispose();
        await _stack.DisposeAsync();
        foreach (var proxy in _storages.Concat(_doors))
            await proxy.DisposeAsync();
    }

    private async Task AddInstanceAsync()
    {
        var storage = await RecordingProxy.StartAsync(_stack.Azurite.Endpoint);
        var through = _stack.Azurite.ConnectionString.Replace(
            _stack.Azurite.Endpoint.Authority, $"127.0.0.1:{storage.Port}", StringComparison.Ordinal);
        var app = await _stack.StartInstanceAsync(
            new Dictionary<string, string> { ["Keyserver__Tables__ConnectionString"] = through });
        lock (_apps)
        {
            _storages.Add(storage);
            _apps.Add(app);
            _apis.Add(new Api(_stack, app.Origin));
        }
    }
}
