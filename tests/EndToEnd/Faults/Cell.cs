using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd.Faults;

/// <summary>One call that meets a fault, and how to tell what it did.</summary>
/// <param name="Name">In reports.</param>
/// <param name="Call">The call.</param>
internal sealed record Cell(string Name, Func<Api, Task<Answer>> Call)
{
    /// <summary>Of the right answer.</summary>
    public int Status { get; init; } = 200;

    /// <summary>What the call may change, as one text; null where it changes nothing.</summary>
    public Func<Task<string>>? State { get; init; }

    /// <summary>The only other state that the call may leave, made from the one before; null where a state as before is enough.</summary>
    public Func<string, string>? After { get; init; }

    /// <summary>The right answer of a query, to the letter; asked of the truth before the fault.</summary>
    public bool IsFixed { get; init; }

    /// <summary>The answer begins to leave before the last piece is known: its connection may break.</summary>
    public bool IsStream { get; init; }

    /// <summary>Knows the state of the dependencies for up to 10 s.</summary>
    public bool IsHealth { get; init; }

    /// <summary>Needs nobody.</summary>
    public bool IsIndependent { get; init; }
}
