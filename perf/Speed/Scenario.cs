using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Speed;

/// <summary>One row of the table.</summary>
/// <param name="Name">As the table names it.</param>
/// <param name="Stack">Whose app is called.</param>
/// <param name="Requests">Made before each round, because tokens expire after 60 s.</param>
internal sealed record Scenario(string Name, Stack Stack, Func<IReadOnlyList<Request>> Requests)
{
    /// <summary>Each request is sent once: a fresh token for each, or a change that can be made once.</summary>
    public bool Once { get; init; }

    /// <summary>Each call adds rows.</summary>
    public bool Adds { get; init; }

    /// <summary>Sent to an instance that has just started, a new one for each round.</summary>
    public bool Cold { get; init; }
}
