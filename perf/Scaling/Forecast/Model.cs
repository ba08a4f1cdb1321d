namespace AtpKeyserver.Perf.Scaling;

/// <summary>Multiplies the costs of calls and rows by the assumed usage.</summary>
internal sealed class Model(Assumptions assume, Costs costs)
{
    public const double DaysAMonth = 30.4;
    public const double SecondsAMonth = DaysAMonth * 86_400;
    private const double Million = 1e6;
    private const double GiB = 1024.0 * 1024 * 1024;

    /// <summary>Instances that can open all their keys in 10 s with one vault.</summary>
    public double StartsIn10s => Math.Floor(AzureLimits.VaultOperations / costs.Vault.Start);

    private double Reads => assume.ActiveDays * assume.KeysADay;

    private double BytesAMember => Row("groups, m") + Row("memberships, member");

    private double BytesAGroup => Row("groups, head") + Row("groups, v") + Row("memberships, owner")
        + (assume.MembersAGroup * BytesAMember)
        + (assume.DelegatesAGroup * (Row("groups, d") + Row("memberships, delegate")));

    private double BytesAnAccount => Row("accounts, account") + Row("accounts, head") + Row("accounts, v");

    private double BytesAUser =>
        BytesAnAccount + (assume.GroupsOwned * BytesAGroup) + (assume.NewVersions * assume.Months * Row("groups, v"));

    /// <summary>The average of a logged call in hot and other groups.</summary>
    private double BytesAnEntry => (assume.HotShare * costs.Log.Packed) + ((1 - assume.HotShare) * costs.Log.Alone);

    /// <summary>Parts for custom calculations.</summary>
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
        var cores = peak * (assume.WorkerMicros + assume.HostMicros) / 1e6;
        var instances = Math.Max(1, Math.Ceiling(cores / assume.Cores / assume.Load));

        // Calls of a session are spread over all instances. This many are the caller's first on their instance.
        var firsts = instances * (1 - Math.Pow(1 - (1 / instances), assume.KeysADay));
        var requests =
            (users * AUser(cost => cost.Requests)) + costs.TimersAMonth + (assume.Probes * costs.Probe.Requests);
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
                peakRows / (AzureLimits.RowsOfAnAccount * assume.Load),
                (keys + log) / 1024 / AzureLimits.TiBOfAnAccount)));

        double AUser(Func<(double Requests, double Rows), double> of) =>
            (assume.ActiveDays * ((firsts * of(costs.First)) + ((assume.KeysADay - firsts) * Known(of))))
            + (assume.Changes * of(costs.Change));

        double Known(Func<(double Requests, double Rows), double> of) =>
            (assume.HotShare * of(costs.Hot)) + (assume.AgainShare * of(costs.Again))
            + ((1 - assume.HotShare - assume.AgainShare) * of(costs.NewGroup));
    }

    private double Row(string kind) => costs.Rows[kind];
}
