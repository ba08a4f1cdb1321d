using AtpKeyserver.Concurrency;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Unit.Concurrency;

public sealed class CoalescedReadsTests
{
    private readonly List<TaskCompletionSource<int>> _reads = [];
    private readonly CoalescedReads<string, int> _shared;
    private int _value;

    public CoalescedReadsTests()
    {
        _shared = new((_, _) =>
        {
            lock (_reads)
                _reads.Add(new(TaskCreationOptions.RunContinuationsAsynchronously));
            return _reads[^1].Task;
        });
    }

    [Fact]
    public async Task A_caller_during_a_read_gets_the_next_one()
    {
        var first = ReadAsync();
        await StartedAsync(1);
        var late = Enumerable.Range(0, 100).Select(_ => ReadAsync()).ToArray();
        _reads[0].SetResult(1);
        Assert.Equal(1, await first);

        await StartedAsync(2);
        var latest = ReadAsync();
        _reads[1].SetResult(2);
        Assert.All(await Task.WhenAll(late), value => Assert.Equal(2, value));

        await StartedAsync(3);
        _reads[2].SetResult(3);
        Assert.Equal(3, await latest);
        Assert.Equal(3, _reads.Count);
    }

    [Fact]
    public async Task A_failed_read_fails_only_its_own_callers()
    {
        var first = ReadAsync();
        await StartedAsync(1);
        var second = ReadAsync();
        _reads[0].SetException(new IOException());
        await Assert.ThrowsAsync<IOException>(() => first);
        await StartedAsync(2);
        _reads[1].SetResult(2);
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task A_cancelled_caller_does_not_end_the_read()
    {
        using var patience = new CancellationTokenSource();
        var first = _shared.ReadAsync("key", patience.Token);
        await StartedAsync(1);
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = ReadAsync();
        _reads[0].SetResult(1);
        await StartedAsync(2);
        _reads[1].SetResult(2);
        Assert.Equal(2, await second);
    }

    [Fact]
    public async Task No_caller_gets_a_value_from_before_its_call()
    {
        var shared = new CoalescedReads<string, int>(async (_, _) =>
        {
            var seen = Volatile.Read(ref _value);
            await Task.Yield();
            return seen;
        });
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                var before = Interlocked.Increment(ref _value);
                Assert.InRange(await shared.ReadAsync("key", CancellationToken.None), before, int.MaxValue);
            }
        })));
    }

    private Task<int> ReadAsync() => _shared.ReadAsync("key", CancellationToken.None);

    private Task StartedAsync(int count) => Eventually.TrueAsync(() =>
    {
        lock (_reads)
            return _reads.Count >= count;
    });
}
