namespace AtpKeyserver.Perf.Speed;

/// <summary>One row of the table.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Requests">Made anew before each round, since tokens last 60 s.</param>
/// <param name="Once">Each request is sent once: a fresh token for each, or a change that can be made once.</param>
internal sealed record Scenario(string Name, Func<IReadOnlyList<Request>> Requests, bool Once = false);

/// <summary>One round of a scenario.</summary>
/// <param name="Load">What the generator saw.</param>
/// <param name="App">Seconds of CPU of the app.</param>
/// <param name="Store">Seconds of CPU of Azurite.</param>
/// <param name="Megabytes">Of the app in RAM, afterwards.</param>
internal sealed record Round(Run Load, double App, double Store, double Megabytes);
