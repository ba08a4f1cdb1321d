namespace AtpKeyserver.Perf.Scaling;

/// <summary>The counted figures of the model. Requests and rows are per call.</summary>
internal sealed record Costs
{
    /// <summary>A member's first call on an instance that has not cached the group.</summary>
    public required (double Requests, double Rows) First { get; init; }

    public required (double Requests, double Rows) NewGroup { get; init; }

    /// <summary>Keys of as many groups in one call: reads per key, and writes of the log per call.</summary>
    public required (double ReadsAKey, double WritesACall) Batch { get; init; }

    public required (double Requests, double Rows) Again { get; init; }

    public required (double Requests, double Rows) Hot { get; init; }

    public required (double Requests, double Rows) Change { get; init; }

    /// <summary>Timer requests per month. One instance runs the timers.</summary>
    public required double TimersAMonth { get; init; }

    /// <summary>Storage and vault requests per probe.</summary>
    public required (double Requests, double Vault) Probe { get; init; }

    /// <summary>Vault requests of a start with all keys, and of the hourly check for a new KEK.</summary>
    public required (double Start, double Hour) Vault { get; init; }

    /// <summary>Bytes by kind of row, such as <c>groups, m</c>.</summary>
    public required IReadOnlyDictionary<string, double> Rows { get; init; }

    /// <summary>Bytes of a log entry in its own row, and in a shared row.</summary>
    public required (double Alone, double Packed) Log { get; init; }
}
