using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Speed;

/// <summary>One row of the table.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Stack">Whose app is called.</param>
/// <param name="Requests">Made anew before each round, since tokens last 60 s.</param>
internal sealed record Scenario(string Name, Stack Stack, Func<IReadOnlyList<Request>> Requests)
{
    /// <summary>Each request is sent once: a fresh token for each, or a change that can be made once.</summary>
    public bool Once { get; init; }

    /// <summary>Each call adds rows that stay.</summary>
    public bool Adds { get; init; }

    /// <summary>Sent to an instance that has just been started, and for each round to another.</summary>
    public bool Cold { get; init; }
}

/// <summary>One round of a scenario.</summary>
/// <param name="Load">What the generator saw.</param>
/// <param name="App">Seconds of CPU of the app.</param>
/// <param name="Store">Seconds of CPU of Azurite.</param>
/// <param name="Megabytes">Of the app in RAM, afterwards.</param>
internal sealed record Round(Run Load, double App, double Store, double Megabytes)
{
    public static async Task<Round> RunAsync(Scenario scenario, int seconds)
    {
        var requests = scenario.Requests();
        var stack = scenario.Stack;
        var instance = scenario.Cold ? await stack.StartInstanceAsync() : stack.Keyserver;
        var (app, store) = (instance.ProcessId, stack.Azurite.ProcessId);
        var (appBefore, storeBefore) = (Cpu.Of(app)!.Value, Cpu.Of(store)!.Value);
        var load = await Wrk.SendAsync(instance.Origin, requests, seconds, scenario.Once);
        await using var memory = new MemoryWatch(app);
        var round = new Round(load, Cpu.Of(app)!.Value - appBefore, Cpu.Of(store)!.Value - storeBefore, memory.Resident);
        if (scenario.Cold)
            await instance.StopAsync();
        return round;
    }
}
