namespace AtpKeyserver.Perf.Scaling;

/// <summary>What users do, and what an instance can do: change these and run again.</summary>
internal sealed record Assumptions
{
    /// <summary>
    /// Days a month on which a user opens an app. This and the next two are those of docs/DEPLOYMENT.md, Costs.
    /// </summary>
    public double ActiveDays { get; init; } = 10;

    /// <summary>Keys that the app fetches on such a day, all within a minute.</summary>
    public double KeysADay { get; init; } = 20;

    /// <summary>
    /// Changes a month: 4 addMember, 3 removeMember, 1 removeMember with rotation, 1 rotateKey, 1 addDelegate.
    /// </summary>
    public double Changes { get; init; } = 10;

    /// <summary>Those of them that create a key version, which is kept.</summary>
    public double NewVersions { get; init; } = 2;

    /// <summary>
    /// Share of fetched keys whose group has so many concurrent readers that storage calls are coalesced.
    /// </summary>
    public double HotShare { get; init; } = 0.2;

    /// <summary>
    /// Share of fetched keys that the same caller fetched a moment ago on the same instance, for a second device.
    /// </summary>
    public double AgainShare { get; init; } = 0.1;

    public double GroupsOwned { get; init; } = 1;

    public double MembersAGroup { get; init; } = 10;

    public double DelegatesAGroup { get; init; } = 0.2;

    /// <summary>Since the first user: the number of key versions grows with them.</summary>
    public double Months { get; init; } = 12;

    public double RetentionDays { get; init; } = 90;

    /// <summary>Calls in the busiest second, as a multiple of the average.</summary>
    public double Peak { get; init; } = 5;

    /// <summary>µs of CPU of the worker for a call, also a cold one: above those of reads in perf/README.md.</summary>
    public double WorkerMicros { get; init; } = 900;

    /// <summary>
    /// µs of CPU of the Functions host for a call. Microsoft's host, built from source, took 1,250 to 1,510 for a call
    /// of an empty function on two cores. The local host takes less (perf/README.md), which says nothing about Azure.
    /// </summary>
    public double HostMicros { get; init; } = 1_500;

    /// <summary>Of an instance of 2,048 MB on Flex Consumption.</summary>
    public double Cores { get; init; } = 1;

    /// <summary>Used share of the CPU and of the limit of a storage account; the rest is for uneven load.</summary>
    public double Load { get; init; } = 0.5;

    /// <summary>Outside health probes a month: each asks storage and vault.</summary>
    public double Probes { get; init; } = 35_000;

    /// <summary>Instances that start in a day: updates, scaling, replaced machines.</summary>
    public double StartsADay { get; init; } = 20;
}
