using System.Diagnostics.Metrics;
using System.Security.Cryptography;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>
/// A new KEK wraps at once, the timer replaces old wraps wherever it was interrupted, and every key stays readable.
/// </summary>
public sealed class KekRotationTests : IAsyncLifetime, IDisposable
{
    private readonly Backing _backing = new();
    private readonly Dictionary<string, string> _keys = [];
    private Instance _instance = null!;

    private TableClient Keyring => new TableServiceClient(_backing.ConnectionString).GetTableClient("keyring");

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _instance = _backing.Start();
        for (var account = 0; account < 4; account++)
            await MakeAsync(_instance);
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_row_is_wrapped_by_the_current_KEK(bool anotherName)
    {
        var before = await RowsAsync();
        var current = anotherName ? await _backing.UseNewKekAsync() : await _backing.RotateKekAsync();
        await using var instance = _backing.Start();
        await MakeAsync(instance);
        Assert.NotEmpty(await RowsAsync(row => KekOf(row) == current));
        await ReadableAsync();

        await RewrapAsync(instance);
        var rows = await RowsAsync();
        Assert.All(rows, row => Assert.Equal(current, KekOf(row)));
        Assert.All(
            before, row => Assert.NotEqual(row["Wrapped"], rows.Single(now => now.RowKey == row.RowKey)["Wrapped"]));
        await ReadableAsync();
        await ReadableAsync(_instance);

        await RewrapAsync(instance);
        Assert.Equal(rows.Select(row => row.ETag), (await RowsAsync()).Select(row => row.ETag));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_run_can_be_interrupted_at_any_call(bool answerIsLost)
    {
        var calls = 0;
        for (var crashed = true; crashed; calls++)
        {
            var current = await _backing.RotateKekAsync();
            using var transport = new CrashingTransport();
            await using var doomed = _backing.Start(transport);
            transport.CrashAfter(calls, answerIsLost);
            try
            {
                await RewrapAsync(doomed);
            }
            catch (Exception e) when (e is KeyserverException or AggregateException)
            {
            }

            crashed = transport.HasCrashed;
            await ReadableAsync();
            await RewrapAsync(_instance);
            Assert.All(await RowsAsync(), row => Assert.Equal(current, KekOf(row)));
            await ReadableAsync();
        }

        Assert.InRange(calls, 5, 40);
    }

    [Fact]
    public async Task Concurrent_runs_and_readers_do_not_disturb_each_other()
    {
        for (var round = 0; round < 3; round++)
        {
            var current = await _backing.RotateKekAsync();
            await using var other = _backing.Start();
            using var stop = new CancellationTokenSource();
            var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                    await ReadableAsync();
            })).ToArray();
            await Task.WhenAll(RewrapAsync(_instance), RewrapAsync(other), MakeAsync(other));
            await stop.CancelAsync();
            await Task.WhenAll(readers);
            Assert.All(await RowsAsync(), row => Assert.Equal(current, KekOf(row)));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("/unwrapkey")]
    public async Task A_vault_that_refuses_fails_a_run_and_loses_no_key(string operation)
    {
        var current = await _backing.UseNewKekAsync();
        var vault = new RefusingTransport(_backing.VaultTransport);
        await using var instance = _backing.Start(vault: vault);
        await ReadableAsync(instance);
        var before = await RowsAsync();

        // As if the app may read the new key, and so wrap with it, but not unwrap.
        vault.Refuses = path =>
            path.StartsWith(_backing.KeyId.AbsolutePath, StringComparison.Ordinal)
                && path.EndsWith(operation, StringComparison.OrdinalIgnoreCase);
        await Assert.ThrowsAnyAsync<Exception>(() => RewrapAsync(instance));
        Assert.Equal(before.Select(row => row.ETag), (await RowsAsync()).Select(row => row.ETag));
        await ReadableAsync();

        vault.Refuses = _ => false;
        await RewrapAsync(instance);
        Assert.All(await RowsAsync(), row => Assert.Equal(current, KekOf(row)));
        await ReadableAsync();
    }

    [Theory]
    [InlineData("shard")]
    [InlineData("root")]
    public async Task A_replaced_row_is_not_rewrapped(string name)
    {
        var row = (await RowsAsync(row => row.RowKey.StartsWith(name, StringComparison.Ordinal)))[0];
        if (name == "root")
        {
            // An attacker's root, made with the public half of the KEK: it authenticates itself as the real one does.
            var forged = RandomNumberGenerator.GetBytes(32);
            var (wrapped, kek) = await _instance.Get<Kek>().WrapAsync(forged, default);
            row["Wrapped"] = wrapped;
            row["Kek"] = kek;
            RowMac.Sign(row, "keyring", new SealingKey(forged, 0));
        }
        else
        {
            row["Wrapped"] = RandomNumberGenerator.GetBytes(256);
        }

        await Keyring.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
        var current = await _backing.RotateKekAsync();
        var failure = await Assert.ThrowsAsync<AggregateException>(() => RewrapAsync(_instance));
        Assert.IsType<TamperedException>(Assert.Single(failure.InnerExceptions));
        Assert.Equal(row.RowKey, Assert.Single(await RowsAsync(left => KekOf(left) != current)).RowKey);
    }

    [Fact]
    public async Task A_planted_row_does_not_stop_others_from_being_rewrapped()
    {
        foreach (var name in (string[])["a", "shard-00", "z"])
            await Keyring.AddEntityAsync(new TableEntity("keyring", name) { ["Extra"] = name });
        var current = await _backing.RotateKekAsync();
        var failure = await Assert.ThrowsAsync<AggregateException>(() => RewrapAsync(_instance));
        Assert.All(failure.InnerExceptions, e => Assert.IsType<TamperedException>(e));
        Assert.Equal(3, failure.InnerExceptions.Count);
        Assert.All(await RowsAsync(row => !row.ContainsKey("Extra")), row => Assert.Equal(current, KekOf(row)));
    }

    /// <summary>As during a restore of the storage.</summary>
    [Fact]
    public async Task A_read_only_server_creates_no_keyring()
    {
        foreach (var row in await RowsAsync())
            await Keyring.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        await using var instance = _backing.Start();
        instance.Configuration["Keyserver:Mode"] = "ReadOnly";
        instance.Configuration.Reload();
        var did = _keys.Keys.First();
        var refusal = await Assert.ThrowsAsync<KeyserverException>(() => instance.ReadAsync(did, $"{did}#friends"));
        Assert.Equal(ErrorName.ServiceReadOnly, refusal.Error);
        Assert.Empty(await RowsAsync());
    }

    [Fact]
    public async Task The_gauge_counts_the_old_rows()
    {
        var seen = new Dictionary<string, int>();
        // Other tests run instances in this process.
        var ours = new List<object> { _instance.Get<IMeterFactory>() };
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Name == "keyserver.keyring.rows" && ours.Contains(instrument.Meter.Scope!))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>(
            (_, value, tags, _) => seen[$"{tags[0].Value} {tags[1].Value}"] = value);
        _instance.Get<KeyserverMetrics>();
        listener.Start();
        listener.RecordObservableInstruments();
        Assert.Empty(seen);

        var rows = (await RowsAsync()).Count;
        var old = KekOf((await RowsAsync())[0]);
        var current = await _backing.UseNewKekAsync();
        var vault = new RefusingTransport(_backing.VaultTransport) { Refuses = path =>
            path.EndsWith("unwrapkey", StringComparison.OrdinalIgnoreCase) };
        await using var instance = _backing.Start(vault: vault);
        ours.Add(instance.Get<IMeterFactory>());
        await Assert.ThrowsAsync<AggregateException>(() => RewrapAsync(instance));
        listener.RecordObservableInstruments();
        Assert.Equal((0, rows), (seen[$"current {current}"], seen[$"old {old}"]));

        seen.Clear();
        vault.Refuses = _ => false;
        await RewrapAsync(instance);
        listener.RecordObservableInstruments();
        Assert.Equal((rows, 0), (seen[$"current {current}"], seen["old none"]));
        Assert.Equal(2, seen.Count);
    }

    private static Task RewrapAsync(Instance instance) => instance.Get<KeyringRewrap>().RunAsync(default);

    private static string KekOf(TableEntity row) => row.GetString("Kek");

    /// <summary>A new account with a group.</summary>
    private async Task MakeAsync(Instance instance)
    {
        var did = _backing.NewDid();
        var key = (await instance.ReadAsync(did, $"{did}#friends")).Key;
        lock (_keys)
            _keys.Add(did, key);
    }

    /// <summary>Checks that every key opens as before, by a cold instance or by this one.</summary>
    private async Task ReadableAsync(Instance? instance = null)
    {
        await using var cold = instance is null ? _backing.Start() : null;
        KeyValuePair<string, string>[] keys;
        lock (_keys)
            keys = [.. _keys];
        foreach (var (did, key) in keys)
            Assert.Equal(key, (await (instance ?? cold)!.ReadAsync(did, $"{did}#friends")).Key);
    }

    private async Task<List<TableEntity>> RowsAsync(Func<TableEntity, bool>? which = null)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in Keyring.QueryAsync<TableEntity>("PartitionKey eq 'keyring'"))
        {
            if (which?.Invoke(row) != false)
                rows.Add(row);
        }

        return rows;
    }
}
