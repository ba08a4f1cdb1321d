using AtpKeyserver.Copies;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Operations;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support.Faults;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>
/// Timers, rotations and copies that get a damaged page never treat it as empty and never destroy or skip a row.
/// </summary>
public sealed class MangledWorkTests : IAsyncLifetime, IDisposable
{
    /// <summary>Damage that the client does not report, and one kind that it does.</summary>
    private static readonly MangledAnswer[] Damages =
        [.. MangledAnswer.All.Where(damage => damage.LooksEmpty || damage.Name == "HTML")];

    private readonly Backing _backing = new();
    private Instance _sound = null!;

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _sound = _backing.Start();
    }

    public async Task DisposeAsync()
    {
        await _sound.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    /// <summary>One scan reseals accounts; a later one finds the old shard keys that no account needs.</summary>
    [Fact]
    public async Task A_rotation_of_shard_keys_keeps_every_key_that_an_account_needs()
    {
        var owner = _backing.NewDid();
        var key = await _sound.ReadAsync(owner, $"{owner}#friends");
        foreach (var damage in Damages)
        {
            using var transport = new MangledTransport();
            await using var instance = _backing.Start(transport.Transport);
            transport.ManglePages("accounts", damage);
            foreach (var begins in (bool[])[true, false])
            {
                Pass();
                var failure = await Record.ExceptionAsync(
                    () => instance.Get<ShardKeyRotation>().RunAsync(begins, default));
                Assert.IsType<KeyserverException>(failure);
            }

            Assert.True(transport.HasMangled);
            await using var cold = _backing.Start();
            Assert.Equal(key, await cold.ReadAsync(owner, $"{owner}#friends"));
        }
    }

    [Fact]
    public async Task A_deletion_of_an_account_leaves_no_rows()
    {
        var owner = "";
        await EachAsync(
            prepare: async () =>
            {
                owner = _backing.NewDid();
                await _sound.ReadAsync(owner, $"{owner}#friends");
                await _sound.AddAsync(owner, $"{owner}#friends", _backing.NewDid());
            },
            work: instance => instance.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(owner), default),
            check: async where =>
            {
                _backing.Clock.Advance(TimeSpan.FromMinutes(3));
                await _sound.Get<Deletions>().FinishAsync(default);
                await _sound.Get<Deletions>().FinishAsync(default);
                Assert.Empty(await RowsAsync("unfinished"));
                var group = await _sound.Get<PartitionKeys>().OfAsync(Instance.Id($"{owner}#friends"), default);
                Assert.True((await RowsAsync("groups")).Count(row => row.PartitionKey == group) == 1, where);
            });
    }

    [Fact]
    public async Task The_deletion_timer_leaves_no_rows()
    {
        var partition = "";
        await EachAsync(
            prepare: async () =>
            {
                var owner = _backing.NewDid();
                await _sound.ReadAsync(owner, $"{owner}#friends");
                await _sound.AddAsync(owner, $"{owner}#friends", _backing.NewDid());
                partition = await _sound.Get<PartitionKeys>().OfAsync(Instance.Id($"{owner}#friends"), default);
                // The request ends after the first transaction, so the timer has to do everything.
                using var crash = new CrashingTransport();
                await using var doomed = _backing.Start(crash);
                await doomed.ReadAsync(owner, $"{owner}#friends");
                crash.CrashAfter(12, answerIsLost: false);
                await Record.ExceptionAsync(
                    () => doomed.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(owner), default));
                _backing.Clock.Advance(TimeSpan.FromMinutes(4));
            },
            work: instance => instance.Get<Deletions>().FinishAsync(default),
            check: async where =>
            {
                _backing.Clock.Advance(TimeSpan.FromMinutes(4));
                await _sound.Get<Deletions>().FinishAsync(default);
                await _sound.Get<Deletions>().FinishAsync(default);
                Assert.Empty(await RowsAsync("unfinished"));
                Assert.True((await RowsAsync("groups")).Count(row => row.PartitionKey == partition) == 1, where);
            });
    }

    [Fact]
    public async Task A_copy_that_reads_a_damaged_page_fails()
    {
        var owner = _backing.NewDid();
        await _sound.ReadAsync(owner, $"{owner}#friends");
        var folder = Directory.CreateTempSubdirectory("keyserver-copies-").FullName;
        var copies = 0;
        using var transport = new MangledTransport();
        var options = new TableClientOptions { Transport = transport.Transport, Retry = { MaxRetries = 0 } };
        var service = new TableServiceClient(_backing.ConnectionString, options);
        await new TableCopy(service).RunAsync(Path.Combine(folder, "sound"), default);
        foreach (var call in Enumerable.Range(0, transport.Calls.Count))
        {
            foreach (var damage in Damages)
            {
                var target = Path.Combine(folder, $"{++copies}");
                transport.Mangle(call, damage);
                var failure = await Record.ExceptionAsync(() => new TableCopy(service).RunAsync(target, default));
                var isRight = transport.HasMangled ? failure is KeyserverException : failure is null;
                Assert.True(isRight, $"{damage}, answer {call}: {failure}");
                Assert.Equal(failure is null, File.Exists(Path.Combine(target, Manifest.FileName)));
            }
        }

        Directory.Delete(folder, recursive: true);
        Assert.InRange(copies, 20, int.MaxValue);
    }

    /// <summary>Runs the work once for each page that it reads and each kind of damage.</summary>
    private async Task EachAsync(Func<Task> prepare, Func<Instance, Task> work, Func<string, Task> check)
    {
        await prepare();
        IReadOnlyList<StorageCall> calls;
        using (var recording = new MangledTransport())
        {
            await using var sound = _backing.Start(recording.Transport);
            await work(sound);
            calls = recording.Calls;
        }

        await check("undamaged");
        var mangled = 0;
        foreach (var call in Enumerable.Range(0, calls.Count).Where(call => calls[call] == StorageCall.Query))
        {
            foreach (var damage in Damages)
            {
                await prepare();
                using var transport = new MangledTransport();
                await using var instance = _backing.Start(transport.Transport);
                transport.Mangle(call, damage);
                var failure = await Record.ExceptionAsync(() => work(instance));
                var where = $"{damage}, answer {call}";
                Assert.True(failure is null or KeyserverException or AggregateException, $"{where}: {failure}");
                mangled += transport.HasMangled ? 1 : 0;
                await check(where);
            }
        }

        Assert.InRange(mangled, Damages.Length, int.MaxValue);
    }

    private async Task<List<TableEntity>> RowsAsync(string table)
    {
        var client = new TableServiceClient(_backing.ConnectionString).GetTableClient(table);
        return await client.QueryAsync<TableEntity>().ToListAsync();
    }

    /// <summary>Longer than old shard keys are kept.</summary>
    private void Pass() => _backing.Clock.Advance(TimeSpan.FromMinutes(6));
}
