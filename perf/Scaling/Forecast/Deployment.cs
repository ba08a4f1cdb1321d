namespace AtpKeyserver.Perf.Scaling;

/// <summary>Assumed Azure resources for a number of users that are not part of the forecast.</summary>
internal sealed record Deployment(double Users)
{
    public double AlwaysReady { get; init; }

    /// <summary>Share of time in which always-ready instances are active.</summary>
    public double ActiveShare { get; init; }

    /// <summary>
    /// Monthly hours of all other instances. Null: no instance is ready, and each call starts one for a second.
    /// </summary>
    public double? OnDemandHours { get; init; }

    /// <summary>Endpoints of tables, blobs and vault; 0: no private network or NAT gateway.</summary>
    public double PrivateEndpoints { get; init; }

    /// <summary>The sampled share of call telemetry.</summary>
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
