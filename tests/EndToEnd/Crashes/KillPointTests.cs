using System.Collections.Concurrent;
using System.Diagnostics;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>
/// The app is killed between two storage calls, at each point of a request that runs undisturbed. Afterwards another
/// instance must keep all guarantees.
/// </summary>
public sealed class KillPointTests(CrashKeyserver keyserver, ITestOutputHelper output) : IClassFixture<CrashKeyserver>
{
    private const int ShortForm = 6;
    private const int Lanes = 2;

    /// <summary>
    /// The number of attempts to reach a point that depends on chance: on cached keys and on concurrency.
    /// </summary>
    private const int Patience = 40;

    private readonly Plan _plan = new(output);

    [Fact]
    public async Task Killed_between_two_calls_to_the_storage()
    {
        var left = new Queue<(Scenario, CrashPoint)>(_plan.Choose(await RecordAsync(), ShortForm));
        var missed = 0;
        var failures = new ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, Lanes).Select(async _ =>
        {
            var doomed = await keyserver.TakeAsync();
            while (true)
            {
                (Scenario Scenario, CrashPoint Point) next;
                lock (left)
                {
                    if (!left.TryDequeue(out next))
                        break;
                }

                try
                {
                    if (await KillAsync(doomed, next.Scenario, next.Point) is { } successor)
                        doomed = successor;
                    else
                        Interlocked.Increment(ref missed);
                }
                catch (Exception e)
                {
                    failures.Enqueue($"{Plan.NameOf(next.Scenario, next.Point)}: {e.Message}");
                    doomed = await keyserver.TakeAsync();
                }
            }

            await doomed.DisposeAsync();
        }));
        output.WriteLine($"{Verifier.Checks} checks; {missed} points were not reached again");
        Assert.True(failures.IsEmpty, string.Join('\n', failures));
        Assert.InRange(missed, 0, 10);
    }

    [Fact]
    public async Task Killed_while_the_first_keys_are_created()
    {
        var scenario = Scenario.All[0];
        List<CrashPoint> points = [];
        for (var done = 0; done <= points.Count; done++)
        {
            await using var azurite = await AzuriteProcess.StartAsync();
            await using var doomed = await WatchedInstance.StartAsync(keyserver.Stack, azurite);
            var world = new World(keyserver.Warm);
            var request = scenario.Request(world);
            if (done == 0)
            {
                points.AddRange(await doomed.RecordAsync(() => world.Ledger.OkAsync(doomed.Api, request)));
                points.RemoveAll(point => !point.Call.EndsWith("keyring", StringComparison.Ordinal)
                    && point.Call != "making a table");
                Assert.Contains(points, point => point.Call == "insert root of keyring");
                if (CrashKeyserver.Number("KEYSERVER_CRASH_POINTS", 1) == 1)
                    points = [points[_plan.Dice.Below(points.Count)]];
                continue;
            }

            var point = points[done - 1];
            Assert.True(await doomed.KillAtAsync(point, () => world.Ledger.SendAsync(doomed.Api, request)),
                $"{point} was not reached");
            await using var next = await WatchedInstance.StartAsync(keyserver.Stack, azurite);
            await HoldsAsync(scenario, point, world, request, next.Api, next.Api);
        }
    }

    private async Task<List<(Scenario, CrashPoint)>> RecordAsync()
    {
        var points = new List<(Scenario, CrashPoint)>();
        await using var instance = await keyserver.TakeAsync();
        foreach (var scenario in _plan.Scenarios(ShortForm))
        {
            var world = new World(keyserver.Warm);
            await scenario.PrepareAsync(world, keyserver.Warm);
            var request = scenario.Request(world);
            var recorded = await instance.RecordAsync(() => world.Ledger.SendAsync(instance.Api, request));
            // Keys that are created once in the life of a storage have their own test.
            points.AddRange(recorded
                .Where(point => !point.Call.StartsWith("making", StringComparison.Ordinal))
                .Where(point => !point.Call.Contains("root", StringComparison.Ordinal))
                .Select(point => (scenario, point)));
        }

        return points;
    }

    /// <summary>Kills the instance and checks the result; null if the point was not reached.</summary>
    /// <returns>The instance that replaces it.</returns>
    private async Task<WatchedInstance?> KillAsync(WatchedInstance doomed, Scenario scenario, CrashPoint point)
    {
        for (var attempt = 0; attempt < Patience; attempt++)
        {
            var world = new World(keyserver.Warm);
            await scenario.PrepareAsync(world, keyserver.Warm);
            var request = scenario.Request(world);
            if (!await doomed.KillAtAsync(point, () => world.Ledger.SendAsync(doomed.Api, request)))
                continue;
            await doomed.DisposeAsync();
            var next = await keyserver.TakeAsync();
            // Another instance may use what it knows about a deleted account for some seconds.
            var other = request.Method == "account.delete" ? next.Api : keyserver.Warm;
            await HoldsAsync(scenario, point, world, request, next.Api, other);
            return next;
        }

        _plan.Write(scenario, point, "not met");
        return null;
    }

    private async Task HoldsAsync(
        Scenario scenario, CrashPoint point, World world, Request request, Api next, Api other)
    {
        var since = Stopwatch.GetTimestamp();
        // The retry comes before or after a check, because reading moves the events that a crash left.
        bool looksFirst;
        lock (_plan)
            looksFirst = _plan.Dice.Below(2) == 0;
        if (looksFirst)
            await new Verifier(next, world.Ledger).VerifyAsync();
        var again = await world.Ledger.SendAsync(next, request);
        Assert.True(again is { Status: not 503 }, $"sent again: {again?.Status} {again?.Text}");
        await new Verifier(next, world.Ledger).VerifyAsync();
        await world.VerifyUsableAsync(other);
        await new Verifier(other, world.Ledger).VerifyAsync();
        _plan.Write(
            scenario, point, $"again: {again?.Status}, {Stopwatch.GetElapsedTime(since).TotalMilliseconds:0} ms");
    }
}
