using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>A large export with a slow reader, or whose storage fails.</summary>
public sealed class ExportStreamTests : IAsyncLifetime, IDisposable
{
    /// <summary>3 KB each: far more than the buffers of a connection.</summary>
    private const int Entries = 8_000;

    private Stack _stack = null!;
    private RecordingProxy _storage = null!;
    private Api _api = null!;
    private string _alice = "";
    private Uri _app = null!;

    public async Task InitializeAsync()
    {
        _stack = await Stack.StartAsync(new StackOptions
        {
            Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" },
        });
        _storage = await RecordingProxy.StartAsync(_stack.Azurite.Endpoint);
        var through = _stack.Azurite.ConnectionString.Replace(
            _stack.Azurite.Endpoint.Authority, $"127.0.0.1:{_storage.Port}", StringComparison.Ordinal);
        _app = (await _stack.StartInstanceAsync(
            new Dictionary<string, string>(Timers.Off) { ["Keyserver__Tables__ConnectionString"] = through })).Origin;
        _api = new Api(_stack, _app);
        _alice = _api.NewAccount();
        (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        await using var seeder = new Seeder(_stack);
        await seeder.AddReadsAsync(_alice, Entries);
    }

    public async Task DisposeAsync()
    {
        Dispose();
        await _storage.DisposeAsync();
        await _stack.DisposeAsync();
    }

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Reading_stops_while_a_slow_reader_takes_nothing()
    {
        _storage.Take();
        using var export = await StartAsync();
        var before = 0;
        // Wait until the app has paused reading.
        for (var quiet = 0; quiet < 5; await Task.Delay(200))
        {
            var calls = _storage.Take().Length;
            quiet = calls == 0 ? quiet + 1 : 0;
            before += calls;
        }

        var document = JsonDocument.Parse(await export.ReadRestAsync()).RootElement;
        var after = _storage.Take().Length;
        Assert.Equal(Entries + 3, document.GetProperty("keypairAccessLog").GetArrayLength());
        Assert.True(
            before < after, $"{before} storage calls before the reader read anything, {after} afterwards.");
    }

    [Fact]
    public async Task An_export_is_aborted_when_its_storage_fails()
    {
        using var export = await StartAsync();
        await _stack.Azurite.KillAsync();
        await Assert.ThrowsAnyAsync<IOException>(export.ReadRestAsync);
        await Logged.ContainsAsync(_stack.Log, "Dependency call failed");
    }

    [Fact]
    public async Task An_export_is_aborted_when_its_account_is_deleted()
    {
        using var export = await StartAsync();
        (await _api.PostAsync("account.delete", _alice, new { confirmation = "DELETE_ALL_MY_DATA" })).Ok();
        await Assert.ThrowsAnyAsync<IOException>(export.ReadRestAsync);
        (await _api.GetAsync("account.export", _alice)).Is(403, "AccountDeleted");
    }

    private Task<SlowReader> StartAsync() => SlowReader.StartAsync(_app, _api.Token(_alice, "account.export"));
}
