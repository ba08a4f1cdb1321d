namespace AtpKeyserver.Perf.Scaling;

/// <summary>Assumptions about users and instances. Change them and run again.</summary>
internal sealed record Assumptions
{
    /// <summary>
    /// Days per month on which a user opens an app. This value and the next two match docs/DEPLOYMENT.md, Costs.
    /// </summary>
    public double ActiveDays { get; init; } = 10;

    /// <summary>Keys that the app fetches per active day, all within a minute.</summary>
    public double KeysADay { get; init; } = 20;

    /// <summary>
    /// Changes per month: 4 addMember, 3 removeMember, 1 removeMember with rotation, 1 rotateKey, 1 addDelegate.
    /// </summary>
    public double Changes { get; init; } = 10;

    /// <summary>Changes that create a key version.</summary>
    public double NewVersions { get; init; } = 2;

    /// <summary>Share of fetched keys whose group has enough concurrent readers to coalesce storage calls.</summary>
    public double HotShare { get; init; } = 0.2;

    /// <summary>
    /// Share of fetched keys that the same caller has just fetched on the same instance, for a second device.
    /// </summary>
    public double AgainShare { get; init; } = 0.1;

    public double GroupsOwned { get; init; } = 1;

    public double MembersAGroup { get; init; } = 10;

    public double DelegatesAGroup { get; init; } = 0.2;

    /// <summary>Months since the first user. The number of key versions grows with them.</summary>
    public double Months { get; init; } = 12;

    public double RetentionDays { get; init; } = 90;

    /// <summary>Calls in the busiest second, as a multiple of the average.</summary>
    public double Peak { get; init; } = 5;

    /// <summary>
    /// The worker's CPU time per call in µs, including cold calls. Above the reads in perf/README.md.
    /// </summary>
    public double WorkerMicros { get; init; } = 900;

    /// <summary>
    /// The worker's CPU time in µs for each further key of a call: perf/README.md, 100 keys in a call, with the small
    /// share of the local host.
    /// </summary>
    public double WorkerMicrosPerKey { get; init; } = 364;

    /// <summary>
    /// The Functions host's CPU time per call in µs. Microsoft's host, built from source, needed 1,250 to 1,510 for an
    /// empty function on two cores. The local host needs less (perf/README.md), but does not represent Azure.
    /// </summary>
    public double HostMicros { get; init; } = 1_500;

    /// <summary>Cores of a 2,048 MB instance on Flex Consumption.</summary>
    public double Cores { get; init; } = 1;

    /// <summary>Target utilization of CPU and storage account limits. The rest absorbs uneven load.</summary>
    public double Load { get; init; } = 0.5;

    /// <summary>External health probes per month. Each calls storage and vault.</summary>
    public double Probes { get; init; } = 35_000;

    /// <summary>Instance starts per day: updates, scaling, replaced machines.</summary>
    public double StartsADay { get; init; } = 20;
}
