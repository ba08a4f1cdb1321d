using System.Collections.Concurrent;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.KeyManagement.Rows;
using AtpKeyserver.Operations;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>
/// The operator's rotations, of shard keys and of all keys: they can be interrupted anywhere, and no version of a key
/// is lost.
/// </summary>
public sealed class RotationTests : IAsyncLifetime, IDisposable
{
    private const string Server = "did:web:keyserver.example.com";

    private readonly Backing _backing = new();

    /// <summary>Every key that was read, by account and version.</summary>
    private readonly ConcurrentDictionary<(string Did, int Version), string> _keys = new();

    private Instance _instance = null!;

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _instance = _backing.Start();
        for (var account = 0; account < 5; account++)
            await MakeAsync(_instance);
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    [Fact]
    public async Task Account_keys_are_resealed_under_new_shard_keys_and_the_old_ones_are_removed_later()
    {
        await using var warm = _backing.Start();
        await ReadableAsync(warm);
        Pass();
        await ShardsAsync(_instance);
        Assert.All(await VersionsOfAccountsAsync(), version => Assert.Equal(2, version));
        Assert.Equal(10, (await ShardsInStorageAsync()).Count);
        await ReadableAsync(warm);
        await ReadableAsync();
        await MakeAsync(warm);

        // The next run completes this rotation and starts no new one.
        Pass();
        await ShardsAsync(_instance);
        Assert.Equal(5, (await ShardsInStorageAsync()).Count(row => KeyVersionOf(row) == 2));
        Assert.Equal((await ShardsInStorageAsync()).Select(row => row[..9]).Distinct().Count(),
            (await ShardsInStorageAsync()).Count);
        Assert.Empty(await RowsAsync("unfinished"));
        await ReadableAsync();
        await ReadableAsync(warm);

        Pass();
        await ShardsAsync(warm);
        Assert.All(await VersionsOfAccountsAsync(), version => Assert.InRange(version, 2, 3));
        await ReadableAsync(_instance);
    }

    [Fact]
    public async Task The_timer_starts_no_rotation()
    {
        Pass();
        await _instance.Get<ShardKeyRotation>().RunAsync(begins: false, default);
        await _instance.Get<KeyRotation>().RunAsync(begins: false, default);
        Assert.All(await VersionsOfAccountsAsync(), version => Assert.Equal(1, version));
        Assert.All(_keys.Keys.Select(key => key.Did).Distinct(),
            did => Assert.Equal(1, _instance.ReadAsync(did, Group(did)).Result.Version));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_rotation_of_shard_keys_can_be_interrupted_at_any_call(bool answerIsLost)
    {
        var calls = 0;
        for (var crashed = true; crashed; calls += CrashingTransport.Step(calls))
        {
            Pass();
            using var transport = new CrashingTransport();
            await using var doomed = _backing.Start(transport);
            await doomed.Get<Keyring>().RootAsync(default);
            transport.CrashAfter(calls, answerIsLost);
            await AnswersAsync(() => ShardsAsync(doomed));
            Pass();
            await AnswersAsync(() => ShardsAsync(doomed));
            crashed = transport.HasCrashed;
            await ReadableAsync();
            await FinishAsync();
            // One row per shard is left, and accounts name no other.
            var left = (await ShardsInStorageAsync()).ToDictionary(row => row[..9]);
            Assert.All(await RowsOfAccountsAsync(),
                row => Assert.Contains(WrappedKey.NameOf(Keyring.NumberOf(Account.SealedKey(row))), left.Values));
            await ReadableAsync();
        }

        Assert.InRange(calls, 20, 200);
        Assert.All(await RowsOfAccountsAsync(),
            row => Assert.InRange(Keyring.VersionOf(Keyring.NumberOf(Account.SealedKey(row))), 2, 100));
    }

    [Fact]
    public async Task Concurrent_runs_and_changes_do_not_disturb_each_other()
    {
        await using var other = _backing.Start();
        Pass();
        var did = _keys.Keys.First().Did;
        using var stop = new CancellationTokenSource();
        var rotator = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    await other.Get<AccountKeypairs>().RotateAsync(Instance.CallerOf(did), null, null, default);
                }
                catch (OperationCanceledException)
                {
                    // The clock moved beyond the tolerance of a log row, so the caller would get 503.
                }
            }
        });
        for (var round = 0; round < 3; round++)
        {
            await Task.WhenAll(ShardsAsync(_instance), ShardsAsync(other), MakeAsync(other));
            await FinishAsync();
        }

        await stop.CancelAsync();
        await rotator;
        await ReadableAsync();
        var versions = (
            await _instance.Get<AccountKeypairs>().ListVersionsAsync(Instance.DidOf(did), 1000, null, default)).Entries;
        Assert.Equal(Enumerable.Range(1, versions.Count).Reverse(), versions.Select(version => version.Version));
    }

    [Fact]
    public async Task An_account_that_names_an_absent_shard_key_is_tampering()
    {
        Pass();
        await ShardsAsync(_instance);
        var keyring = new TableServiceClient(_backing.ConnectionString).GetTableClient("keyring");
        foreach (var row in await RowsAsync("keyring"))
        {
            if (row.RowKey != "root" && KeyVersionOf(row.RowKey) == 2)
                await keyring.DeleteEntityAsync(row.PartitionKey, row.RowKey);
        }

        await using var cold = _backing.Start();
        var did = _keys.Keys.First().Did;
        await Assert.ThrowsAsync<TamperedException>(() => cold.ReadAsync(did, Group(did)));
        Assert.DoesNotContain(await ShardsInStorageAsync(), row => KeyVersionOf(row) == 2);
    }

    [Fact]
    public async Task An_account_that_does_not_open_keeps_its_shard_key()
    {
        var accounts = new TableServiceClient(_backing.ConnectionString).GetTableClient("accounts");
        var row = (await RowsOfAccountsAsync())[0];
        var created = row.GetInt64("Created");
        row["Created"] = created + 1;
        await accounts.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
        Pass();
        await ShardsAsync(_instance);
        await FinishAsync();
        Assert.Empty(await RowsAsync("unfinished"));
        Assert.Single(await ShardsInStorageAsync(), name => KeyVersionOf(name) == 1);
    }

    /// <summary>After a breach, the KEK and the shard keys are rotated on the same day.</summary>
    [Fact]
    public async Task Old_shard_keys_are_removed_even_when_the_KEK_is_rotated()
    {
        Pass();
        await ShardsAsync(_instance);
        Pass();
        await _backing.RotateKekAsync();
        using var storage = new HeldTransport();
        await using var rotating = _backing.Start(storage);
        storage.Hold(call => call.Contains("RowKey ge 'account'", StringComparison.Ordinal),
            () => _instance.Get<KeyringRewrap>().RunAsync(default));
        await ShardsAsync(rotating);
        Assert.True(storage.WasHeld);
        Assert.All(await ShardsInStorageAsync(), row => Assert.Equal(2, KeyVersionOf(row)));
        await ReadableAsync();
    }

    [Fact]
    public async Task A_read_only_server_removes_no_shard_keys()
    {
        Pass();
        await ShardsAsync(_instance);
        Pass();
        using var storage = new HeldTransport();
        await using var rotating = _backing.Start(storage);
        storage.Hold(call => call.Contains("RowKey ge 'account'", StringComparison.Ordinal),
            () => SwitchAsync(rotating, "ReadOnly"));
        await Assert.ThrowsAsync<KeyserverException>(() => ShardsAsync(rotating));
        Assert.Equal(10, (await ShardsInStorageAsync()).Count);
        await SwitchAsync(rotating, "Normal");
        await ShardsAsync(rotating);
        Assert.Equal(5, (await ShardsInStorageAsync()).Count);
    }

    /// <summary>An attacker with write access must not be able to stop the response to the attack.</summary>
    [Fact]
    public async Task Planted_rows_stop_no_rotation()
    {
        var partition = await _instance.Get<PartitionKeys>()
            .OfAsync(Instance.Id(Group(_keys.Keys.First().Did)), default);
        var service = new TableServiceClient(_backing.ConnectionString);
        foreach (
            var (table, key, kind) in new[] { ("groups", "0", "head"), ("groups", "zz", "head"),
            ("accounts", "0", "head"), ("accounts", "zz", "account") })
            await service.GetTableClient(table).AddEntityAsync(Planted(key, kind, created: 0));
        for (var planted = 0; planted < 10; planted++)
            await service.GetTableClient("groups")
                .AddEntityAsync(Planted(partition, $"head{planted}", created: long.MaxValue));

        Pass();
        await EverythingAsync(_instance);
        await ShardsAsync(_instance);
        await FinishAsync();
        Assert.Empty(await RowsAsync("unfinished"));
        foreach (var did in _keys.Keys.Select(key => key.Did).Distinct())
        {
            Assert.Equal(2, (await _instance.ReadAsync(did, Group(did))).Version);
            Assert.Equal(2, await KeypairAsync(_instance, did));
        }

        static TableEntity Planted(string partition, string row, long created) => new(partition, row)
        {
            ["State"] = "active",
            ["ActiveVersion"] = 1,
            ["ActiveCreated"] = created,
            ["ActiveSealedKey"] = new byte[110],
            ["SealedKey"] = new byte[110],
        };
    }

    [Fact]
    public async Task Every_key_gets_one_new_version_and_a_log_row()
    {
        Pass();
        await EverythingAsync(_instance);
        await using var other = _backing.Start();
        Assert.Empty(await RowsAsync("unfinished"));
        foreach (var did in _keys.Keys.Select(key => key.Did).Distinct())
        {
            var (key, version) = await other.ReadAsync(did, Group(did));
            Assert.Equal(2, version);
            Assert.NotEqual(_keys[(did, 1)], key);
            Assert.Equal(2, await KeypairAsync(other, did));
            var group = await other.Get<GroupLog>()
                .ReadAsync(Instance.CallerOf(did), Instance.Id(Group(did)), 100, null, default);
            Assert.Equal((Server, 2), group.Entries.Where(entry => entry.Action == "rotate")
                .Select(entry => (entry.Did, entry.Version!.Value)).Single());
            var keypair = await other.Get<KeypairLog>().ReadAsync(Instance.DidOf(did), 100, null, default);
            Assert.Equal((Server, 2), keypair.Entries.Where(entry => entry.Action == "rotate")
                .Select(entry => (entry.Did, entry.Version!.Value)).Single());
        }

        await ReadableAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_key_rotation_can_be_interrupted_at_any_call(bool answerIsLost)
    {
        var calls = 0;
        var version = 1;
        for (var crashed = true; crashed; calls += CrashingTransport.Step(calls))
        {
            Pass();
            version++;
            using var transport = new CrashingTransport();
            await using var doomed = _backing.Start(transport);
            await doomed.Get<Keyring>().RootAsync(default);
            transport.CrashAfter(calls, answerIsLost);
            await AnswersAsync(() => EverythingAsync(doomed));
            crashed = transport.HasCrashed;
            // The operator starts it if it had not begun; nobody does if it was complete.
            if (crashed)
                await EverythingAsync(_instance);
            foreach (var did in _keys.Keys.Select(key => key.Did).Distinct())
            {
                var now = (await _instance.ReadAsync(did, Group(did))).Version;
                // The crash may have come after the end: then the operator has rotated twice.
                Assert.InRange(now, version, version + 1);
                Assert.InRange(await KeypairAsync(_instance, did), version, version + 1);
            }

            version = (await _instance.ReadAsync(_keys.Keys.First().Did, Group(_keys.Keys.First().Did))).Version;
            Assert.Empty(await RowsAsync("unfinished"));
        }

        await ReadableAsync();
        Assert.InRange(calls, 30, 400);
    }

    [Fact]
    public async Task The_next_run_retries_what_failed()
    {
        Pass();
        var unlucky = _keys.Keys.First().Did;
        var partition = await _instance.Get<PartitionKeys>().OfAsync(Instance.Id(Group(unlucky)), default);
        using var inner = new HttpClientTransport();
        var storage =
            new RefusingTransport(inner) { Refuses = path => path.Contains(partition, StringComparison.Ordinal) };
        await using var instance = _backing.Start(storage);
        await Assert.ThrowsAsync<AggregateException>(() => EverythingAsync(instance));
        var dids = _keys.Keys.Select(key => key.Did).Distinct().ToArray();
        foreach (var did in dids)
            Assert.Equal(did == unlucky ? 1 : 2, (await _instance.ReadAsync(did, Group(did))).Version);

        await _instance.Get<KeyRotation>().RunAsync(begins: false, default);
        foreach (var did in dids)
        {
            Assert.Equal(2, (await _instance.ReadAsync(did, Group(did))).Version);
            Assert.Equal(2, await KeypairAsync(_instance, did));
        }

        Assert.Empty(await RowsAsync("unfinished"));
    }

    [Fact]
    public async Task Owners_that_rotate_concurrently_lose_nothing()
    {
        Pass();
        await using var other = _backing.Start();
        var dids = _keys.Keys.Select(key => key.Did).Distinct().ToArray();
        var owners = dids.Select(did => Task.Run(async () =>
        {
            for (var turn = 0; turn < 3; turn++)
                await other.Get<GroupRotation>()
                    .RotateAsync(Instance.CallerOf(did), Instance.Id(Group(did)), null, null, default);
        }));
        await Task.WhenAll([EverythingAsync(_instance), EverythingAsync(other), .. owners]);
        foreach (var did in dids)
        {
            Assert.InRange((await _instance.ReadAsync(did, Group(did))).Version, 4, 5);
            Assert.Equal(2, await KeypairAsync(_instance, did));
        }

        await ReadableAsync();
    }

    [Fact]
    public async Task A_planted_run_is_refused()
    {
        var unfinished = new TableServiceClient(_backing.ConnectionString).GetTableClient("unfinished");
        await unfinished.CreateIfNotExistsAsync();
        await unfinished.AddEntityAsync(new TableEntity("runs", "RotateEverything")
        {
            ["Started"] = long.MaxValue, ["Phase"] = 0, ["Position"] = "", ["WrittenAt"] = 0L, ["Mac"] = new byte[32],
        });
        await Assert.ThrowsAsync<TamperedException>(
            () => _instance.Get<KeyRotation>().RunAsync(begins: false, default));
    }

    private static Task ShardsAsync(Instance instance) =>
        instance.Get<ShardKeyRotation>().RunAsync(begins: true, default);

    private static Task EverythingAsync(Instance instance) =>
        instance.Get<KeyRotation>().RunAsync(begins: true, default);

    private static Task SwitchAsync(Instance instance, string mode)
    {
        instance.Configuration["Keyserver:Mode"] = mode;
        instance.Configuration.Reload();
        return Task.CompletedTask;
    }

    private static string Group(string did) => $"{did}#friends";

    /// <summary>Longer than old shard keys are kept.</summary>
    private void Pass() => _backing.Clock.Advance(TimeSpan.FromMinutes(6));

    /// <summary>Runs the timer often enough.</summary>
    private async Task FinishAsync()
    {
        for (var run = 0; run < 2; run++)
        {
            Pass();
            await _instance.Get<ShardKeyRotation>().RunAsync(begins: false, default);
        }
    }

    private static async Task AnswersAsync(Func<Task> call)
    {
        try
        {
            await call();
        }
        catch (Exception e) when (e is KeyserverException or InvalidOperationException or AggregateException)
        {
        }
    }

    private async Task MakeAsync(Instance instance)
    {
        var did = _backing.NewDid();
        _keys[(did, 1)] = (await instance.ReadAsync(did, Group(did))).Key;
        await KeypairAsync(instance, did);
    }

    private static async Task<int> KeypairAsync(Instance instance, string did)
    {
        var (version, seed) = await instance.Get<AccountKeypairs>()
            .GetAsync(Instance.CallerOf(did), null, isProbe: false, default);
        seed.Dispose();
        return version.Version;
    }

    /// <summary>Checks that every version that was read opens as before, by a cold instance or by this one.</summary>
    private async Task ReadableAsync(Instance? instance = null)
    {
        await using var cold = instance is null ? _backing.Start() : null;
        foreach (var ((did, version), key) in _keys)
        {
            Assert.Equal(key, (await (instance ?? cold)!.ReadAsync(did, Group(did), version)).Key);
            Assert.InRange(await KeypairAsync((instance ?? cold)!, did), 1, int.MaxValue);
        }
    }

    private static int KeyVersionOf(string row) =>
        int.Parse(row[9..], System.Globalization.CultureInfo.InvariantCulture);

    private async Task<List<string>> ShardsInStorageAsync() =>
        [.. (await RowsAsync("keyring")).Select(row => row.RowKey).Where(row => row != "root")];

    private async Task<List<TableEntity>> RowsOfAccountsAsync() =>
        [.. (await RowsAsync("accounts")).Where(row => row.RowKey.StartsWith("account", StringComparison.Ordinal))];

    private async Task<IEnumerable<int>> VersionsOfAccountsAsync() =>
        (await RowsOfAccountsAsync()).Select(row => Keyring.VersionOf(Keyring.NumberOf(Account.SealedKey(row))));

    private async Task<List<TableEntity>> RowsAsync(string table)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in new TableServiceClient(_backing.ConnectionString).GetTableClient(table)
            .QueryAsync<TableEntity>())
            rows.Add(row);
        return rows;
    }
}
