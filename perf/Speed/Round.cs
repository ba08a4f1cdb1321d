using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>One round of a scenario.</summary>
/// <param name="Load">The load generator's result.</param>
/// <param name="App">CPU seconds of the app (the Functions worker).</param>
/// <param name="Host">CPU seconds of the Functions host (this process).</param>
/// <param name="Store">CPU seconds of Azurite.</param>
/// <param name="Megabytes">Resident memory of the app afterwards.</param>
internal sealed record Round(Run Load, double App, double Host, double Store, double Megabytes)
{
    public static async Task<Round> RunAsync(Scenario scenario, int seconds)
    {
        var requests = scenario.Requests();
        var stack = scenario.Stack;
        var instance = scenario.Cold ? await stack.StartInstanceAsync() : stack.Keyserver;
        var round = await RunAsync(
            instance.Origin, instance.ProcessId, stack.Azurite.ProcessId, requests, seconds, scenario.Once);
        if (scenario.Cold)
            await instance.StopAsync();
        return round;
    }

    public static async Task<Round> RunAsync(
        Uri origin,
        int app,
        int? store,
        IReadOnlyList<Request> requests,
        int seconds,
        bool once = false,
        int connections = Wrk.Connections)
    {
        int[] processes = [app, Environment.ProcessId, store ?? app];
        var before = processes.Select(process => Cpu.Of(process)!.Value).ToArray();
        var load = await Wrk.SendAsync(origin, requests, seconds, once, connections);
        var used = processes.Select((process, i) => Cpu.Of(process)!.Value - before[i]).ToArray();
        await using var memory = new MemoryWatch(app);
        return new Round(load, used[0], used[1], store is null ? 0 : used[2], memory.Resident);
    }
}
