namespace AtpKeyserver.Perf.Scaling;

/// <summary>What is rented for a number of users and is not part of the forecast: assumed.</summary>
internal sealed record Deployment(double Users)
{
    public double AlwaysReady { get; init; }

    /// <summary>Share of the time in which always-ready instances are active.</summary>
    public double ActiveShare { get; init; }

    /// <summary>
    /// Of all other instances, a month. Null: no instance is ready, and each call wakes one for a second.
    /// </summary>
    public double? OnDemandHours { get; init; }

    /// <summary>Of tables, blobs and vault; 0 for no private network and no NAT gateway.</summary>
    public double PrivateEndpoints { get; init; }

    /// <summary>The kept share of the telemetry of calls.</summary>
    public double TelemetryShare { get; init; } = 1;

    public static readonly IReadOnlyList<Deployment> All =
    [
        new(1_000),
        new(100_000) { AlwaysReady = 2, ActiveShare = 0.5, OnDemandHours = 50, PrivateEndpoints = 3 },
        new(10_000_000)
        {
            AlwaysReady = 10,
            ActiveShare = 1,
            OnDemandHours = 2_700,
            PrivateEndpoints = 3,
            TelemetryShare = 0.2,
        },
    ];
}
