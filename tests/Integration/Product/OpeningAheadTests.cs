using System.Collections.Concurrent;
using AtpKeyserver.KeyManagement;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>An instance opens the keyring before the first request.</summary>
public sealed class OpeningAheadTests : IAsyncLifetime, IDisposable
{
    private readonly Backing _backing = new();
    private readonly ConcurrentQueue<string> _asked = new();
    private RefusingTransport _storage = null!;
    private RefusingTransport _vault = null!;

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _storage = new(HttpClientTransport.Shared) { Refuses = path => Note("storage", path) };
        _vault = new(_backing.VaultTransport) { Refuses = path => Note("vault", path) };
    }

    public Task DisposeAsync() => _backing.DisposeAsync();

    public void Dispose() => _backing.Dispose();

    [Fact]
    public async Task The_root_is_read_once_and_cached()
    {
        await MakeRootAsync();
        await using var instance = _backing.Start(_storage, _vault);
        var keyring = instance.Get<Keyring>();
        await keyring.OpenRootAheadAsync();
        Assert.Single(_asked, what => what.StartsWith("storage", StringComparison.Ordinal));
        Assert.Single(_asked, what => what.EndsWith("unwrapkey", StringComparison.OrdinalIgnoreCase));

        var before = _asked.Count;
        await keyring.RootAsync(default);
        await keyring.OpenRootAheadAsync();
        Assert.DoesNotContain(_asked.Skip(before), what => what.StartsWith("vault", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_missing_keyring_is_not_created()
    {
        await using var instance = _backing.Start(_storage, _vault);
        await instance.Get<Keyring>().OpenRootAheadAsync();
        Assert.DoesNotContain(_asked, what => what.StartsWith("vault", StringComparison.Ordinal));
        Assert.Empty(await new TableServiceClient(_backing.ConnectionString)
            .QueryAsync(table => table.Name == "keyring").ToListAsync());
    }

    [Fact]
    public async Task An_offline_instance_calls_nothing()
    {
        await MakeRootAsync();
        await using var instance = _backing.Start(_storage, _vault);
        instance.Configuration["Keyserver:Mode"] = "Offline";
        instance.Configuration.Reload();
        await instance.Get<Keyring>().OpenRootAheadAsync();
        Assert.Empty(_asked);
    }

    [Theory]
    [InlineData("storage")]
    [InlineData("vault")]
    public async Task A_failure_affects_no_request_and_is_retried(string what)
    {
        await MakeRootAsync();
        await using var instance = _backing.Start(_storage, _vault);
        var transport = what == "vault" ? _vault : _storage;
        transport.Refuses = _ => true;
        await instance.Get<Keyring>().OpenRootAheadAsync();
        await Assert.ThrowsAnyAsync<Exception>(async () => await instance.Get<Keyring>().RootAsync(default));
        transport.Refuses = _ => false;
        await instance.Get<Keyring>().RootAsync(default);
    }

    private bool Note(string whom, string path)
    {
        _asked.Enqueue($"{whom} {path}");
        return false;
    }

    private async Task MakeRootAsync()
    {
        await using var other = _backing.Start();
        await other.Get<Keyring>().RootAsync(default);
    }
}
