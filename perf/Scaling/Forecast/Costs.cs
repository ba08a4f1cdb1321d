namespace AtpKeyserver.Perf.Scaling;

/// <summary>The counted figures that the model uses. Requests and rows are for one call.</summary>
internal sealed record Costs
{
    /// <summary>Of a member's first call on an instance that has not cached the group either.</summary>
    public required (double Requests, double Rows) First { get; init; }

    public required (double Requests, double Rows) NewGroup { get; init; }

    public required (double Requests, double Rows) Again { get; init; }

    public required (double Requests, double Rows) Hot { get; init; }

    public required (double Requests, double Rows) Change { get; init; }

    /// <summary>Requests of an instance's timers in a month; one instance runs them.</summary>
    public required double TimersAMonth { get; init; }

    /// <summary>Of one probe: requests to the storage and to the vault.</summary>
    public required (double Requests, double Vault) Probe { get; init; }

    /// <summary>Vault requests until an instance has all its keys, and of the hourly check for a new KEK.</summary>
    public required (double Start, double Hour) Vault { get; init; }

    /// <summary>Bytes by kind of row, <c>groups, m</c>.</summary>
    public required IReadOnlyDictionary<string, double> Rows { get; init; }

    /// <summary>Bytes of an entry in a row of its own, and among many in one row.</summary>
    public required (double Alone, double Packed) Log { get; init; }
}
