using System.Collections.Concurrent;
using System.Diagnostics;
using AtpKeyserver.Storage.Policies;
using AtpKeyserver.Tests.EndToEnd.Support;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>
/// A failing dependency does not get more calls: retries have a budget, respect Retry-After, and end.
/// </summary>
[Collection(FaultKeyserver.Name)]
public sealed class RetryTests(FaultKeyserver keyserver, ITestOutputHelper output)
{
    private const int Callers = 80;

    [Fact]
    public async Task A_failing_storage_gets_each_call_once_plus_the_retry_budget()
    {
        var instance = await keyserver.StartInstanceAsync();
        var accounts = await KnownAsync(instance, Callers);

        // The number of calls that a working storage gets.
        var sound = await CountAsync(instance, null, _ => true, () => BurstAsync(instance, accounts, 200));
        var first =
            await CountAsync(instance, Fault.Unavailable, _ => true, () => BurstAsync(instance, accounts, 503));
        var second =
            await CountAsync(instance, Fault.Unavailable, _ => true, () => BurstAsync(instance, accounts, 503));
        output.WriteLine(
            $"Storage calls of {Callers} reads: working {sound}, in an outage {first} and then {second}");
        Assert.InRange(first, Callers, Callers + RetryBudget.Burst + 10);
        Assert.InRange(second, 1, Callers + 10);
        await BurstAsync(instance, accounts, 200);
    }

    [Fact]
    public async Task A_storage_that_fails_changes_gets_each_once_plus_the_retry_budget()
    {
        var instance = await keyserver.StartInstanceAsync();
        var owners = await KnownAsync(instance, Callers / 2);
        await Parallel.ForEachAsync(owners,
            async (owner, _) => (await instance.Api.GetAsync("group.getKey", owner, ("group_id", $"{owner}#g"))).Ok());

        var calls =
            await CountAsync(instance, Fault.Unavailable, IsChange, () => Task.WhenAll(owners.Select(RotateAsync)));
        var again =
            await CountAsync(instance, Fault.Unavailable, IsChange, () => Task.WhenAll(owners.Select(RotateAsync)));
        output.WriteLine($"Transactions of {owners.Count} changes: {calls} and then {again}");
        // Successful reads earn a tenth of them.
        Assert.InRange(calls, owners.Count, owners.Count + RetryBudget.Burst + (owners.Count / 2));
        Assert.InRange(again, owners.Count, owners.Count * 3 / 2);

        async Task RotateAsync(string owner)
        {
            var answer = await instance.Api.PostAsync("group.rotateKey", owner, new { group_id = $"{owner}#g" });
            answer.Is(503, "UpstreamFailure");
        }
    }

    [Fact]
    public async Task A_failing_vault_gets_one_call_for_all_waiting_callers_plus_the_retry_budget()
    {
        var instance = await keyserver.StartInstanceAsync();
        var accounts = Enumerable.Range(0, Callers).Select(_ => keyserver.Truth.NewAccount()).ToList();
        var calls = 0;
        var lookups = 0;
        instance.Directory.Between = async (_, send) =>
        {
            Interlocked.Increment(ref lookups);
            return await send();
        };
        instance.BeforeVault = async (request, send) =>
        {
            // Its first response comes after all callers are resolved and on their way to the vault.
            if (Interlocked.Increment(ref calls) == 1)
                await Eventually.TrueAsync(() => Volatile.Read(ref lookups) >= Callers);
            return await Fault.Unavailable.AnswerAsync(request, send);
        };
        await BurstAsync(instance, accounts, 503);
        instance.Directory.Between = null;
        output.WriteLine($"Vault calls of {Callers} reads that need it: {calls}");
        // All callers need the root first and share one call; callers after its failure start another.
        Assert.InRange(calls, 1, RetryBudget.Burst + (Callers / 2));
        instance.BeforeVault = null;
        await BurstAsync(instance, accounts, 200);
    }

    [Fact]
    public async Task A_failing_directory_gets_one_request_per_call()
    {
        var instance = await keyserver.StartInstanceAsync();
        var account = Enumerable.Range(0, 20).Select(_ => keyserver.Truth.NewAccount()).ToList();
        var calls = 0;
        instance.Directory.Between = (request, send) =>
        {
            Interlocked.Increment(ref calls);
            return Fault.Unavailable.AnswerAsync(request, send);
        };
        await BurstAsync(instance, account, 503);
        instance.Directory.Between = null;
        Assert.Equal(account.Count, calls);
        await BurstAsync(instance, account, 200);
    }

    [Fact]
    public async Task Retry_After_of_a_second_is_respected_within_the_call_and_a_longer_one_ends_it()
    {
        var instance = await keyserver.StartInstanceAsync();
        var accounts = await KnownAsync(instance, 2);
        var tries = new ConcurrentQueue<long>();

        instance.Storage.Between = async (request, send) =>
        {
            tries.Enqueue(Stopwatch.GetTimestamp());
            return tries.Count == 1 ? await Fault.Throttled.AnswerAsync(request, send) : await send();
        };
        (await ReadAsync(instance, accounts[0])).Ok();
        var times = tries.ToArray();
        Assert.True(Stopwatch.GetElapsedTime(times[0], times[1]) > TimeSpan.FromMilliseconds(990));

        tries.Clear();
        instance.Storage.Between = (request, send) =>
        {
            tries.Enqueue(Stopwatch.GetTimestamp());
            return Fault.ThrottledLong.AnswerAsync(request, send);
        };
        var since = Stopwatch.GetTimestamp();
        var answer = (await ReadAsync(instance, accounts[1])).Is(503, "UpstreamFailure");
        Assert.Equal("30", answer.Header("Retry-After"));
        Assert.Single(tries);
        // Less than the 30 s of Retry-After and the 8 s of a call.
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(7));
        instance.Storage.Between = null;
        (await ReadAsync(instance, accounts[1])).Ok();
    }

    private static bool IsChange(HttpRequestMessage request) =>
        request.RequestUri!.AbsolutePath.EndsWith("$batch", StringComparison.Ordinal);

    private static Task<Answer> ReadAsync(FaultyInstance instance, string account) =>
        instance.Api.GetAsync("keypair.listVersions", account);

    private static async Task<int> CountAsync(
        FaultyInstance instance, Fault? fault, Func<HttpRequestMessage, bool> counts, Func<Task> calls)
    {
        var count = 0;
        instance.Storage.Between = async (request, send) =>
        {
            if (!counts(request))
                return await send();
            Interlocked.Increment(ref count);
            return fault is null ? await send() : await fault.AnswerAsync(request, send);
        };
        try
        {
            await calls();
        }
        finally
        {
            instance.Storage.Between = null;
        }

        return count;
    }

    /// <summary>Accounts with a keypair that the instance has cached.</summary>
    private async Task<IReadOnlyList<string>> KnownAsync(FaultyInstance instance, int count)
    {
        var accounts = Enumerable.Range(0, count).Select(_ => keyserver.Truth.NewAccount()).ToList();
        await Parallel.ForEachAsync(
            accounts, async (account, _) => (await instance.Api.GetAsync("keypair.getKeypair", account)).Ok());
        return accounts;
    }

    private static Task BurstAsync(FaultyInstance instance, IEnumerable<string> accounts, int status) =>
        Task.WhenAll(accounts.Select(async account =>
        {
            var answer = await ReadAsync(instance, account);
            Assert.True(answer.Status == status, $"{answer.Status} {answer.Text}");
        }));
}
