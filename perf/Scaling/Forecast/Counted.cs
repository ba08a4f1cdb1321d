using System.Globalization;
using System.Text.RegularExpressions;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>Reads the counted figures from the tables of this verb, as shown in docs/SCALING.md.</summary>
internal sealed partial class Counted(IReadOnlyCollection<string> lines)
{
    private static readonly (string Name, double Times)[] Changes =
    [
        ("group.addMember", 4), ("group.removeMember", 3), ("group.removeMember, rotate", 1), ("group.rotateKey", 1),
        ("group.addDelegate", 1),
    ];

    /// <summary>
    /// Requests that the tables omit: the event of a change is deleted later, alone unless another change follows soon.
    /// </summary>
    private const double DeletionOfEvent = 1;

    /// <summary>Runs of each timer per day.</summary>
    public static readonly IReadOnlyDictionary<string, double> TimersADay = new Dictionary<string, double>
    {
        ["FinishDeletions"] = 1_440,
        ["ContinueRotations"] = 288,
        ["DrainEvents"] = 144,
        ["DropOldTables"] = 24,
        ["RewrapKeyring"] = 24,
    };

    public Costs Costs()
    {
        var hot = lines.Select(line => HotCall().Match(line)).Single(match => match.Success).Groups;
        return new Costs
        {
            First = Pair("group.getKey, member", 4),
            NewGroup = Pair("group.getKey, member, a group new to the instance", 2),
            Batch = Batch(100),
            Again = Pair("group.getKey, member", 2),
            Hot = (Number(hot[1].Value), Number(hot[2].Value)),
            Change = (
                AChange(cost => cost.Requests) + DeletionOfEvent, AChange(cost => cost.Rows) + DeletionOfEvent),
            TimersAMonth =
                Model.DaysAMonth * TimersADay.Sum(timer => timer.Value * Pair($"timer {timer.Key}", 2).Requests),
            Probe = (Pair("a probe of its health", 2).Requests, Vault("a probe of its health")),
            Vault = (
                Vault("start, healthy and with the root") + Vault("its first call, with one shard key")
                    + Vault("63 more accounts, each of another shard"),
                Vault("timer RewrapKeyring")),
            Rows = lines.Select(line => RowKind().Match(line)).Where(match => match.Success)
                .ToDictionary(match => match.Groups[1].Value, match => Number(match.Groups[2].Value)),
            Log = (
                Number(Cells("| log entry in a row of its own, of a browser |")[2]),
                Number(Cells("| log entry of a hot group, ")[2])),
        };
    }

    private double AChange(Func<(double Requests, double Rows), double> of) =>
        Changes.Sum(change => change.Times * of(Pair(change.Name, 2))) / Changes.Sum(change => change.Times);

    /// <summary>
    /// Reads the requests of a cell, such as "2 reads, 1 transaction of 4", and the rows of the next cell.
    /// </summary>
    private (double Requests, double Rows) Pair(string name, int column)
    {
        var cells = Cells($"| {name} |");
        var requests = Requests().Matches(cells[column]).Sum(match => Number(match.Groups[1].Value));
        return (requests, Number(cells[column + 1]));
    }

    private (double ReadsAKey, double WritesACall) Batch(int keys)
    {
        var cells = Cells($"| group.getKeys, {keys} groups of {keys} owners, member |");
        double[] requests = [.. Requests().Matches(cells[4]).Select(match => Number(match.Groups[1].Value))];
        return (requests[0] / keys, requests[1]);
    }

    private double Vault(string work) => Number(Cells($"| {work} |")[4]);

    private string[] Cells(string start) =>
        lines.Single(line => line.StartsWith(start, StringComparison.Ordinal))
            .Split('|', StringSplitOptions.TrimEntries);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+) (?:read|quer|write|transaction)")]
    private static partial Regex Requests();

    [GeneratedRegex(@"([\d.]+) requests and ([\d.]+) rows")]
    private static partial Regex HotCall();

    [GeneratedRegex(@"^\| ([a-z]+, [a-z]+) \| ([\d,.]+) \|")]
    private static partial Regex RowKind();
}
