using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>
/// Operations on one group are linearizable, whatever happens to an instance or its storage connection.
/// </summary>
public sealed class LinearizabilityTests(HistoryKeyserver keyserver, ITestOutputHelper output)
    : IClassFixture<HistoryKeyserver>
{
    [Fact]
    public async Task Two_instances() => Assert.Null(await new Workload(output).RunAsync(keyserver.Apis));

    [Fact]
    public async Task Two_instances_whose_storage_refuses_calls_and_loses_responses()
    {
        var workload = new Workload(output);
        var dice = new Dice(workload.Seed);
        foreach (var storage in keyserver.Storages)
            storage.Between = LoseAsync;
        try
        {
            Assert.Null(await workload.RunAsync(keyserver.Apis));
        }
        finally
        {
            foreach (var storage in keyserver.Storages)
                storage.Between = null;
        }

        Assert.True(workload.Unknown > 0, "No lost response had an unknown outcome.");

        async Task<HttpResponseMessage?> LoseAsync(HttpRequestMessage call, Func<Task<HttpResponseMessage>> send)
        {
            int thrown;
            lock (dice)
                thrown = dice.Below(100);
            if (call.Method == HttpMethod.Get ? thrown < 1 : thrown < 5)
                return null;
            var answer = await send();
            if (call.Method == HttpMethod.Get || thrown >= 20)
                return answer;
            answer.Dispose();
            return null;
        }
    }

    [Fact]
    public async Task Two_instances_one_of_which_is_killed_and_restarted()
    {
        var workload = new Workload(output) { Midway = () => keyserver.Apps[1].RestartAsync() };
        Assert.Null(await workload.RunAsync(keyserver.Apis));
        Assert.True(workload.Unknown > 0, "No kill hit a request.");
    }
}
