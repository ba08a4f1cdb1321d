using AtpKeyserver.Tests.EndToEnd.Histories;
using AtpKeyserver.Tests.EndToEnd.Support;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>
/// The storage is killed and restarted with its data: all guarantees hold, and the app recovers without a restart.
/// </summary>
public sealed class StorageKillTests(DurableCrashKeyserver keyserver, ITestOutputHelper output)
    : IClassFixture<DurableCrashKeyserver>
{
    private const int ShortForm = 2;
    private const int KillsPerRound = 4;
    private const int LongestLife = 1000;
    private const int MoreKills = 10;
    private const int LongestAbsence = 300;

    private readonly Plan _plan = new(output);

    [Fact]
    public async Task The_storage_is_killed_at_a_call()
    {
        await using var app = await keyserver.TakeAsync();
        var wanted = CrashKeyserver.Number("KEYSERVER_CRASH_KILLS", ShortForm);
        for (var kill = 0; kill < wanted; kill++)
        {
            var scenario = Scenario.All[_plan.Dice.Below(Scenario.All.Count)];
            var (sound, world) = (new World(keyserver.Warm), new World(keyserver.Warm));
            await scenario.PrepareAsync(sound, keyserver.Warm);
            await scenario.PrepareAsync(world, keyserver.Warm);
            var first = scenario.Request(sound);
            var points = await app.RecordAsync(() => sound.Ledger.OkOrRefusedAsync(app.Api, first));
            var point = points[_plan.Dice.Below(points.Count)];
            var request = scenario.Request(world);
            try
            {
                var back = Task.CompletedTask;
                await app.KillAtAsync(point, () => world.Ledger.SendAsync(app.Api, request), async () =>
                {
                    await keyserver.Stack.Azurite.KillAsync();
                    back = keyserver.Stack.Azurite.RestartAsync();
                });
                await back;
                await new Verifier(app.Api, world.Ledger).VerifyAsync();
                await world.Ledger.OkOrRefusedAsync(app.Api, request);
                await world.VerifyUsableAsync(app.Api);
                await new Verifier(app.Api, world.Ledger).VerifyAsync();
                _plan.Write(scenario, point, "held");
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{Plan.NameOf(scenario, point)}: {e.Message}", e);
            }
        }
    }

    [Fact]
    public async Task The_storage_is_killed_at_any_time()
    {
        await using var first = await keyserver.TakeAsync();
        await using var second = await keyserver.TakeAsync();
        var dice = new Dice(_plan.Dice.Next());
        var wanted = CrashKeyserver.Number("KEYSERVER_CRASH_KILLS", ShortForm);
        int kills = 0, unknown = 0, requests = 0;
        // Some kills may come while nothing happens, but not all.
        while (kills < wanted || (unknown == 0 && kills < wanted + MoreKills))
        {
            var traffic = new Traffic(keyserver.Warm, Choose, new Dice(_plan.Dice.Next()));
            await traffic.StartAsync();
            for (var i = 0; i < KillsPerRound && (i == 0 || kills < wanted); i++, kills++)
            {
                await Task.Delay(_plan.Dice.Below(LongestLife));
                await keyserver.Stack.Azurite.KillAsync();
                await Task.Delay(_plan.Dice.Below(LongestAbsence));
                await keyserver.Stack.Azurite.RestartAsync();
            }

            await traffic.StopAsync();
            await using (var fresh = await keyserver.TakeAsync())
                await traffic.VerifyAsync(first.Api, fresh.Api);
            (requests, unknown) = (requests + traffic.Requests, unknown + traffic.Unknown);
        }

        output.WriteLine($"{kills} kills, {requests} requests, {unknown} of unknown outcome, {Verifier.Checks} checks");
        Assert.True(unknown > 0, "No kill hit a request.");

        Api Choose()
        {
            lock (dice)
                return dice.Below(2) == 0 ? first.Api : second.Api;
        }
    }
}
