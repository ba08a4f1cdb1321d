using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Histories;
using AtpKeyserver.Tests.EndToEnd.Support;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>
/// One of two instances is killed repeatedly at random times while clients call both. <c>KEYSERVER_CRASH_KILLS</c> sets
/// how often, <c>KEYSERVER_CRASH_SEED</c> the requests and the lifetimes.
/// </summary>
public sealed class RandomKillTests(CrashKeyserver keyserver, ITestOutputHelper output) : IClassFixture<CrashKeyserver>
{
    private const int ShortForm = 2;
    private const int KillsPerRound = 8;
    private const int LongestLife = 1000;
    private const int MoreKills = 10;

    [Fact]
    public async Task Killed_at_any_moment()
    {
        var life = new Plan(output).Dice;
        var dice = new Dice(life.Next());
        var wanted = CrashKeyserver.Number("KEYSERVER_CRASH_KILLS", ShortForm);
        var instances = new List<WatchedInstance> { await keyserver.TakeAsync(), await keyserver.TakeAsync() };
        var dead = new List<WatchedInstance>();
        int kills = 0, requests = 0, unknown = 0;
        // Some kills may hit an idle instance, but not all.
        while (kills < wanted || (unknown == 0 && kills < wanted + MoreKills))
        {
            var traffic = new Traffic(keyserver.Warm, Choose, new Dice(life.Next()));
            await traffic.StartAsync();
            for (var i = 0; i < KillsPerRound && (i == 0 || kills < wanted); i++, kills++)
            {
                await Task.Delay(life.Below(LongestLife));
                await instances[0].App.KillAsync();
                lock (instances)
                {
                    dead.Add(instances[0]);
                    instances.RemoveAt(0);
                }

                var next = await keyserver.TakeAsync();
                lock (instances)
                    instances.Add(next);
            }

            await traffic.StopAsync();
            await using (var fresh = await keyserver.TakeAsync())
                await traffic.VerifyAsync(instances[0].Api, fresh.Api);
            (requests, unknown) = (requests + traffic.Requests, unknown + traffic.Unknown);
        }

        output.WriteLine($"{kills} kills, {requests} requests, {unknown} of unknown outcome, {Verifier.Checks} checks");
        Assert.True(unknown > 0, "No kill hit a request.");
        foreach (var instance in instances.Concat(dead))
            await instance.DisposeAsync();

        Api Choose()
        {
            lock (instances)
                return instances[dice.Below(instances.Count)].Api;
        }
    }
}
