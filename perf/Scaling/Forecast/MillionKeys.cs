namespace AtpKeyserver.Perf.Scaling;

/// <summary>
/// A table of docs/DEPLOYMENT.md: what a million keys cost, by the keys in a call. Each is of a group that the instance
/// has not served before.
/// </summary>
internal sealed class MillionKeys(Assumptions assume, Costs costs, Prices prices)
{
    private const double Keys = 1e6;

    private static readonly double[] s_keysInACall = [1, 50];

    public IEnumerable<string> Table()
    {
        yield return Line("a million keys", keys => $"{keys} in a call");
        yield return $"|---|{string.Concat(s_keysInACall.Select(_ => "---|"))}";
        yield return Line("calls", keys => $"{Keys / keys:#,0}");
        yield return Line("executions", keys => $"{Executions(keys):0.00}");
        yield return Line("instances on demand", keys => $"{Instances(keys):0.00} ({Seconds(keys):#,0} s)");
        yield return Line("table operations", keys => $"{Tables(keys):0.00} ({Requests(keys) / 1e6:0.0} million)");
        yield return Line(
            "**together**", keys => $"**{Executions(keys) + Instances(keys) + Tables(keys):0.00}**");
    }

    private static string Line(string what, Func<double, string> of) =>
        $"| {what} | {string.Join(" | ", s_keysInACall.Select(of))} |";

    private double Executions(double keys) => Keys / keys / 1e6 * prices.Executions;

    private double Instances(double keys) => Seconds(keys) * Bill.GBAnInstance * prices.OnDemand;

    private double Tables(double keys) => Requests(keys) / 1e5 * prices.TableOperations;

    /// <summary>Seconds of an instance at the planned load.</summary>
    private double Seconds(double keys)
    {
        var micros = assume.HostMicros + assume.WorkerMicros + ((keys - 1) * assume.WorkerMicrosPerKey);
        return Keys / keys * micros / 1e6 / assume.Cores / assume.Load;
    }

    private double Requests(double keys) => keys > 1
        ? Keys * (costs.Batch.ReadsAKey + (Math.Min(keys, costs.Batch.WritesACall) / keys))
        : Keys * costs.NewGroup.Requests;
}
