using System.Security.Cryptography;
using AtpKeyserver.Errors;
using AtpKeyserver.Tests.Integration.Product;
using AtpKeyserver.Tlog;
using AtpKeyserver.Transparency;

namespace AtpKeyserver.Tests.Integration.Transparency;

/// <summary>
/// The log on Azurite: entries are appended once, in the order of their chains, by any number of instances that may
/// crash at any call.
/// </summary>
public sealed class SequencerTests : IAsyncLifetime, IDisposable
{
    private readonly Backing _backing = new();
    private Instance _instance = null!;

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _instance = _backing.Start();
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    [Fact]
    public async Task A_new_log_begins_with_the_entry_that_names_its_keys()
    {
        Assert.Equal(1, await AppendAsync(_instance, new Chain().Next()));
        var keys = await _instance.Get<LogKeyring>().OpenAsync(default);
        Assert.Equal("keyserver.example.com/tlog", keys.Origin);
        Assert.Equal(
            new LogIdentity(keys.Origin, keys.Vrf.PublicKey).ToEntry().Encode(),
            (await ReadAllAsync(_instance))[0].Encode());
    }

    [Fact]
    public async Task All_instances_have_the_same_keys_also_after_a_new_KEK()
    {
        await AppendAsync(_instance, new Chain().Next());
        var before = await _instance.Get<LogKeyring>().OpenAsync(default);
        await _backing.RotateKekAsync();
        await _instance.Get<KeyManagement.KeyringRewrap>().RunAsync(default);
        await using var other = _backing.Start();
        var after = await other.Get<LogKeyring>().OpenAsync(default);
        Assert.Equal(before.Signer.VerifierKey.ToString(), after.Signer.VerifierKey.ToString());
        Assert.Equal(before.Cosigner.VerifierKey.ToString(), after.Cosigner.VerifierKey.ToString());
        Assert.Equal(before.Vrf.PublicKey.Bytes.ToArray(), after.Vrf.PublicKey.Bytes.ToArray());
    }

    [Fact]
    public async Task An_entry_that_is_appended_again_keeps_its_index()
    {
        var entry = new Chain().Next();
        var index = await AppendAsync(_instance, entry);
        await using var other = _backing.Start();
        Assert.Equal(index, await AppendAsync(_instance, entry));
        Assert.Equal(index, await AppendAsync(other, entry));
        Assert.Equal(2, (await ReadAllAsync(_instance)).Count);
    }

    [Fact]
    public async Task An_entry_waits_for_its_predecessor()
    {
        var chain = new Chain();
        var (first, second) = (chain.Next(), chain.Next());
        var refused = await Assert.ThrowsAsync<KeyserverException>(() => AppendAsync(_instance, second));
        Assert.Equal(ErrorName.UpstreamFailure, refused.Error);
        var indexes = await Task.WhenAll(AppendAsync(_instance, first), AppendAsync(_instance, second));
        Assert.Equal([1, 2], indexes);
    }

    [Fact]
    public async Task An_entry_that_was_refused_can_be_appended_again_at_once()
    {
        // None has a predecessor, and the first of a batch is refused while the others still wait.
        var entries = Enumerable.Range(0, LogTable.MaxAtOnce).Select(_ =>
        {
            var chain = new Chain();
            chain.Next();
            return chain.Next();
        }).ToList();
        for (var round = 0; round < 30; round++)
        {
            var refused = entries.ConvertAll(entry => AppendAsync(_instance, entry));
            SpinWait.SpinUntil(() => refused.Exists(task => task.IsCompleted));
            var first = refused.FindIndex(task => task.IsCompleted);
            var again = AppendAsync(_instance, entries[first]);
            Assert.NotSame(
                await Assert.ThrowsAsync<KeyserverException>(() => refused[first]),
                await Assert.ThrowsAsync<KeyserverException>(() => again));
            await Task.WhenAll(refused).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    [Fact]
    public async Task Entries_of_a_chain_may_arrive_in_any_order()
    {
        using var transport = new HeldTransport();
        await using var held = _backing.Start(transport);
        var chain = new Chain();
        var entries = Enumerable.Range(0, 20).Select(_ => chain.Next()).ToList();
        var appended = new List<Task<long>>();
        // They arrive during the first commit.
        transport.Hold(_ => true, () =>
        {
            appended.AddRange(entries.AsEnumerable().Reverse().Select(entry => AppendAsync(held, entry)));
            return Task.CompletedTask;
        });
        await AppendAsync(held, new Chain().Next());
        Assert.Equal(Enumerable.Range(2, 20).Reverse(), (await Task.WhenAll(appended)).Select(index => (int)index));
    }

    [Fact]
    public async Task Callers_that_append_the_same_entry_wait_together()
    {
        var entry = new Chain().Next();
        var indexes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => AppendAsync(_instance, entry)));
        Assert.All(indexes, index => Assert.Equal(1, index));
        Assert.Equal(2, (await ReadAllAsync(_instance)).Count);
    }

    [Fact]
    public async Task An_entry_costs_one_call_unless_another_instance_appends_too()
    {
        using var transport = new CountingTransport();
        await using var counted = _backing.Start(transport);
        await using var other = _backing.Start();
        var chain = new Chain();
        await AppendAsync(counted, chain.Next());
        Assert.Equal(1, await CountAsync(chain.Next()));
        Assert.Equal(1, await CountAsync(new Chain().Next()));

        await AppendAsync(other, new Chain().Next());
        Assert.InRange(await CountAsync(chain.Next()), 2, 4); // Its head is outdated.
        Assert.Equal(2, await CountAsync(chain.Next())); // It reads the head for a minute.
        _backing.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(2, await CountAsync(chain.Next()));
        Assert.Equal(1, await CountAsync(chain.Next()));

        async Task<int> CountAsync(LogEntry entry)
        {
            transport.Take();
            await AppendAsync(counted, entry);
            return transport.Take().Count;
        }
    }

    [Fact]
    public async Task An_entry_that_another_instance_has_appended_is_found()
    {
        await using var other = _backing.Start();
        var chain = new Chain();
        var (first, second, third) = (chain.Next(), chain.Next(), chain.Next());
        await AppendAsync(_instance, first);
        var index = await AppendAsync(other, second);
        Assert.Equal([index, index + 1], await Task.WhenAll(
            AppendAsync(_instance, second), AppendAsync(_instance, third)));
        await AssertHoldsAsync([first, second, third]);
    }

    [Fact]
    public async Task Instances_that_race_lose_and_repeat_nothing()
    {
        await using var other = _backing.Start();
        Instance[] instances = [_instance, other];
        var chains = Enumerable.Range(0, 40).Select(_ => new Chain()).ToList();
        var entries = chains.SelectMany(chain => Enumerable.Range(0, 5).Select(_ => chain.Next())).ToList();
        await Task.WhenAll(instances.Select(async instance =>
        {
            foreach (var few in entries.Chunk(30))
                await Task.WhenAll(few.Select(entry => AppendUntilAsync(instance, entry)));
        }));

        await AssertHoldsAsync(entries);
    }

    [Fact]
    public async Task A_crash_at_any_call_loses_and_repeats_nothing()
    {
        var entries = new List<LogEntry>();
        for (var (calls, crashed) = (0, true); crashed; calls++)
        {
            foreach (var answerIsLost in new[] { false, true })
            {
                using var transport = new CrashingTransport();
                await using var crashing = _backing.Start(transport);
                var chain = new Chain();
                LogEntry[] added = [chain.Next(), chain.Next(), new Chain().Next()];
                entries.AddRange(added);
                transport.CrashAfter(calls, answerIsLost);
                await Task.WhenAll(added.Select(entry => TryAppendAsync(crashing, entry)));
                crashed = transport.HasCrashed;
                await Task.WhenAll(added.Select(entry => AppendUntilAsync(_instance, entry)));
            }
        }

        Assert.True(entries.Count > 12, "The transport never crashed.");
        await AssertHoldsAsync(entries);
    }

    private static Task<long> AppendAsync(Instance instance, LogEntry entry) =>
        instance.Get<Sequencer>().AppendAsync(entry, CancellationToken.None);

    private static async Task<bool> TryAppendAsync(Instance instance, LogEntry entry)
    {
        try
        {
            await AppendAsync(instance, entry);
            return true;
        }
        catch (Exception e) when (e is KeyserverException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Appends as a drain of events does: again, until it is in the log.</summary>
    private static async Task AppendUntilAsync(Instance instance, LogEntry entry)
    {
        for (var attempt = 0; !await TryAppendAsync(instance, entry); attempt++)
            Assert.True(attempt < 100, "The entry is never appended.");
    }

    private static async Task<List<LogEntry>> ReadAllAsync(Instance instance)
    {
        var table = instance.Get<LogTable>();
        var size = (await table.FindHeadAsync(default))!.Tree.Size;
        var entries = new List<LogEntry>();
        foreach (var bytes in await table.ReadEntriesAsync(0, (int)size, default))
        {
            Assert.True(LogEntry.TryParse(bytes, out var entry));
            entries.Add(entry);
        }

        return entries;
    }

    /// <summary>Each entry is in the log once and after its predecessor; the head is the root of all.</summary>
    private async Task AssertHoldsAsync(List<LogEntry> expected)
    {
        var logged = await ReadAllAsync(_instance);
        Assert.Equal(expected.Count + 1, logged.Count);
        Assert.Equal(
            expected.Select(entry => (entry.Label, entry.Sequence)).ToHashSet(),
            logged.Skip(1).Select(entry => (entry.Label, entry.Sequence)).ToHashSet());
        var last = new Dictionary<Hash, LogEntry>();
        var tree = new RightEdge();
        tree.Append(logged[0].LeafHash());
        foreach (var entry in logged.Skip(1))
        {
            Assert.Equal(last.GetValueOrDefault(entry.Label)?.Digest() ?? default, entry.Previous);
            last[entry.Label] = entry;
            tree.Append(entry.LeafHash());
        }

        Assert.Equal(tree.Root(), (await _instance.Get<LogTable>().FindHeadAsync(default))!.Tree.Root());
    }

    /// <summary>Makes the entries of a chain with a random label.</summary>
    private sealed class Chain
    {
        private readonly Hash _label = new(RandomNumberGenerator.GetBytes(Hash.Size));
        private LogEntry? _last;

        public LogEntry Next() => _last = new LogEntry(
            ChainKind.Account,
            _label,
            _last is null ? 0 : _last.Sequence + 1,
            _last?.Digest() ?? default,
            new Hash(RandomNumberGenerator.GetBytes(Hash.Size)));
    }
}
