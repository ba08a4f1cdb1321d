using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Speed;

/// <summary>A row of the table.</summary>
/// <param name="Name">The name in the table.</param>
/// <param name="Stack">The stack with the app.</param>
/// <param name="Requests">Created before each round, because tokens expire after 60 s.</param>
internal sealed record Scenario(string Name, Stack Stack, Func<IReadOnlyList<Request>> Requests)
{
    /// <summary>Sends each request once, for fresh tokens and for changes that cannot be repeated.</summary>
    public bool Once { get; init; }

    /// <summary>Keys or members of each request.</summary>
    public int Units { get; init; } = 1;

    /// <summary>Each call adds rows.</summary>
    public bool Adds { get; init; }

    /// <summary>Uses a newly started instance for each round.</summary>
    public bool Cold { get; init; }
}
