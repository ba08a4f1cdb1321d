namespace AtpKeyserver.Perf.Scaling;

/// <summary>What people do, and what a machine is given to do it: change these and run again.</summary>
internal sealed record Assumptions
{
    /// <summary>Days a month on which a user opens an app: those of the section Costs of docs/DEPLOYMENT.md, as the next two.</summary>
    public double ActiveDays { get; init; } = 10;

    /// <summary>Keys that the app fetches on such a day; each within a minute of the first.</summary>
    public double KeysADay { get; init; } = 20;

    /// <summary>Changes a month: 4 addMember, 3 removeMember, 1 removeMember with rotation, 1 rotateKey, 1 addDelegate.</summary>
    public double Changes { get; init; } = 10;

    /// <summary>Of these, so many make a key version, which stays.</summary>
    public double NewVersions { get; init; } = 2;

    /// <summary>Share of fetched keys that belong to a group which so many read at once that they share what is read and written.</summary>
    public double HotShare { get; init; } = 0.2;

    /// <summary>Share of fetched keys that the same caller has fetched on the same instance a moment ago: for a second device.</summary>
    public double AgainShare { get; init; } = 0.1;

    public double GroupsOwned { get; init; } = 1;

    public double MembersAGroup { get; init; } = 10;

    public double DelegatesAGroup { get; init; } = 0.2;

    /// <summary>Since the first user came: versions pile up.</summary>
    public double Months { get; init; } = 12;

    public double RetentionDays { get; init; } = 90;

    /// <summary>Calls in the busiest second, as a multiple of the average.</summary>
    public double Peak { get; init; } = 5;

    /// <summary>µs of CPU of the worker for a call, cold ones too: above what perf/Speed shows for reads (perf/README.md).</summary>
    public double WorkerMicros { get; init; } = 900;

    /// <summary>
    /// µs of CPU of the Functions host for a call. Microsoft's host, built from source, took 1,250 to 1,510 for a call of an empty
    /// function on two such cores. The local host takes less (perf/README.md), and says nothing about Azure.
    /// </summary>
    public double HostMicros { get; init; } = 1_500;

    /// <summary>Of an instance of 2,048 MB on Flex Consumption.</summary>
    public double Cores { get; init; } = 1;

    /// <summary>Of CPU, and of what a storage account takes: the rest is for what comes unevenly.</summary>
    public double Load { get; init; } = 0.5;

    /// <summary>Questions from outside for the health of the app, a month: each, 10 s after the last one, asks storage and vault.</summary>
    public double Probes { get; init; } = 35_000;

    /// <summary>Instances that start on a day: updates, scaling, replaced machines.</summary>
    public double StartsADay { get; init; } = 20;
}

/// <summary>What Azure says it takes. Sources stand in docs/SCALING.md.</summary>
internal static class AzureLimits
{
    /// <summary>A second; requests, of rows of 1 KiB. More in some regions.</summary>
    public const double RowsOfAnAccount = 20_000;

    public const double TiBOfAnAccount = 5_120;

    /// <summary>RSA 3072 in a hardware module, in 10 s.</summary>
    public const double VaultOperations = 500;
}

/// <summary>The counted figures that the model rests on. Requests and rows are of a call.</summary>
internal sealed record Costs
{
    /// <summary>Requests and rows of a member's first call on an instance that does not know the group either.</summary>
    public required (double Requests, double Rows) First { get; init; }

    public required (double Requests, double Rows) NewGroup { get; init; }

    public required (double Requests, double Rows) Again { get; init; }

    public required (double Requests, double Rows) Hot { get; init; }

    public required (double Requests, double Rows) Change { get; init; }

    /// <summary>Requests of an instance's timers in a month; one instance runs them.</summary>
    public required double TimersAMonth { get; init; }

    /// <summary>Of one probe: requests to the storage and to the vault.</summary>
    public required (double Requests, double Vault) Probe { get; init; }

    /// <summary>Vault requests until an instance has all its keys, and of the hourly run that looks for a new KEK.</summary>
    public required (double Start, double Hour) Vault { get; init; }

    /// <summary>Bytes by kind of row, <c>groups, m</c>.</summary>
    public required IReadOnlyDictionary<string, double> Rows { get; init; }

    /// <summary>Bytes of an entry in a row of its own, and among many in one row.</summary>
    public required (double Alone, double Packed) Log { get; init; }
}

/// <param name="Users">How many.</param>
/// <param name="Calls">A month.</param>
/// <param name="PeakCalls">In the busiest second.</param>
/// <param name="Requests">To the storage in a month.</param>
/// <param name="RequestsACall">To the storage.</param>
/// <param name="PeakRows">In the busiest second.</param>
/// <param name="VaultRequests">In a month.</param>
/// <param name="PeakLookUps">Of DIDs, in the busiest second, of all instances.</param>
/// <param name="KeyGiB">Accounts, groups and their rows.</param>
/// <param name="LogGiB">The access log.</param>
/// <param name="Instances">At the peak.</param>
/// <param name="Accounts">Of storage that this would fill.</param>
internal sealed record Forecast(
    double Users,
    double Calls,
    double PeakCalls,
    double Requests,
    double RequestsACall,
    double PeakRows,
    double VaultRequests,
    double PeakLookUps,
    double KeyGiB,
    double LogGiB,
    double Instances,
    double Accounts);

/// <summary>Figures of a call and a row, times what people do.</summary>
internal sealed class Model(Assumptions assume, Costs costs)
{
    public const double DaysAMonth = 30.4;
    public const double SecondsAMonth = DaysAMonth * 86_400;
    private const double Million = 1e6;
    private const double GiB = 1024.0 * 1024 * 1024;

    /// <summary>Instances that one vault lets open all their keys in 10 s.</summary>
    public double StartsIn10s => Math.Floor(AzureLimits.VaultOperations / costs.Vault.Start);

    private double Reads => assume.ActiveDays * assume.KeysADay;

    private double BytesAMember => Row("groups, m") + Row("memberships, member");

    private double BytesAGroup => Row("groups, head") + Row("groups, v") + Row("memberships, owner")
        + (assume.MembersAGroup * BytesAMember) + (assume.DelegatesAGroup * (Row("groups, d") + Row("memberships, delegate")));

    private double BytesAnAccount => Row("accounts, account") + Row("accounts, head") + Row("accounts, v");

    private double BytesAUser =>
        BytesAnAccount + (assume.GroupsOwned * BytesAGroup) + (assume.NewVersions * assume.Months * Row("groups, v"));

    /// <summary>A logged call, of the mix of hot groups and others.</summary>
    private double BytesAnEntry => (assume.HotShare * costs.Log.Packed) + ((1 - assume.HotShare) * costs.Log.Alone);

    /// <summary>For a planner's own sums.</summary>
    public IReadOnlyList<(string What, double Value, string Unit)> Parts() =>
    [
        ("an account with its keypair", BytesAnAccount, "bytes"),
        ($"a group with {assume.MembersAGroup:0} members and {assume.DelegatesAGroup} delegates", BytesAGroup, "bytes"),
        ("one more member", BytesAMember, "bytes"),
        ("one more key version", Row("groups, v"), "bytes"),
        ($"a user after {assume.Months:0} months, without log", BytesAUser, "bytes"),
        ("a logged call", BytesAnEntry, "bytes"),
        ("a million groups", Million * BytesAGroup / GiB, "GiB"),
        ("a million logged calls", Million * BytesAnEntry / GiB, "GiB"),
        ("a million calls, each the caller's first", costs.First.Requests, "million storage requests"),
        ("a million calls, each for a group new to the instance", costs.NewGroup.Requests, "million storage requests"),
        ("a million calls, warm", costs.Again.Requests, "million storage requests"),
        ("a million calls of a hot group", costs.Hot.Requests, "million storage requests"),
        ("a million changes", costs.Change.Requests, "million storage requests"),
        ("timers", costs.TimersAMonth, "storage requests a month"),
        ("all keys of an instance", costs.Vault.Start, "vault requests"),
    ];

    public Forecast Of(double users)
    {
        var calls = users * (Reads + assume.Changes);
        var peak = calls / SecondsAMonth * assume.Peak;
        var instances = Math.Max(1, Math.Ceiling(peak * (assume.WorkerMicros + assume.HostMicros) / 1e6 / assume.Cores / assume.Load));

        // Each call of a session goes to any instance: so many of them are the caller's first on theirs.
        var firsts = instances * (1 - Math.Pow(1 - (1 / instances), assume.KeysADay));
        var requests = (users * AUser(cost => cost.Requests)) + costs.TimersAMonth + (assume.Probes * costs.Probe.Requests);
        var peakRows = users * AUser(cost => cost.Rows) / SecondsAMonth * assume.Peak;
        var keys = users * BytesAUser / GiB;
        var log = calls * assume.RetentionDays / DaysAMonth * BytesAnEntry / GiB;
        return new Forecast(
            users,
            calls,
            peak,
            requests,
            requests / calls,
            peakRows,
            (assume.StartsADay * DaysAMonth * costs.Vault.Start) + (DaysAMonth * 24 * costs.Vault.Hour)
                + (assume.Probes * costs.Probe.Vault),
            users * assume.ActiveDays * firsts / SecondsAMonth * assume.Peak,
            keys,
            log,
            instances,
            Math.Ceiling(Math.Max(
                peakRows / (AzureLimits.RowsOfAnAccount * assume.Load), (keys + log) / 1024 / AzureLimits.TiBOfAnAccount)));

        double AUser(Func<(double Requests, double Rows), double> of) =>
            (assume.ActiveDays * ((firsts * of(costs.First)) + ((assume.KeysADay - firsts) * Known(of))))
            + (assume.Changes * of(costs.Change));

        double Known(Func<(double Requests, double Rows), double> of) =>
            (assume.HotShare * of(costs.Hot)) + (assume.AgainShare * of(costs.Again))
            + ((1 - assume.HotShare - assume.AgainShare) * of(costs.NewGroup));
    }

    private double Row(string kind) => costs.Rows[kind];
}
