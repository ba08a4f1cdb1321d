using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>One call during a fault, and how to check its effect.</summary>
/// <param name="Name">In reports.</param>
/// <param name="Call">The call.</param>
internal sealed record Cell(string Name, Func<Api, Task<Answer>> Call)
{
    /// <summary>The status of a correct response.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The state that the call may change, as text; null if it changes nothing.</summary>
    public Func<Task<string>>? State { get; init; }

    /// <summary>
    /// The only other state that the call may leave, computed from the previous one; null if only the previous state is
    /// allowed.
    /// </summary>
    public Func<string, string>? After { get; init; }

    /// <summary>The exact correct response of a query, read from the reference instance before the fault.</summary>
    public bool IsFixed { get; init; }

    /// <summary>An entry of its response may contain UpstreamFailure in place of a result.</summary>
    public bool HasEntries { get; init; }

    /// <summary>The response is sent before its end is known, so its connection may be aborted.</summary>
    public bool IsStream { get; init; }

    /// <summary>Caches the state of the dependencies for up to 10 s.</summary>
    public bool IsHealth { get; init; }

    /// <summary>Needs no dependency.</summary>
    public bool IsIndependent { get; init; }
}
