using System.Globalization;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>
/// The operations on one group, and the check that they are linearizable: some order, in which each takes effect at one
/// moment between its call and its response, explains all responses (Herlihy and Wing 1990; the search is by Wing and
/// Gong, with Lowe's memoization).
/// </summary>
public sealed class History
{
    public History(IEnumerable<Operation> operations)
    {
        Operations = [.. operations.OrderBy(operation => operation.Invoked)];
    }

    /// <summary>In the order of the calls.</summary>
    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>Null if the history is linearizable; otherwise the reason why not.</summary>
    public Violation? FindViolation() => FindSecondKey() ?? FindInexplicable();

    /// <summary>No number is used for two keys. This needs no search, and keeps keys out of the state.</summary>
    private Violation? FindSecondKey()
    {
        var keys = new Dictionary<int, string>();
        var versions = new Dictionary<string, int>();
        foreach (var operation in Operations.Where(operation => operation.Key is not null)
            .OrderBy(operation => operation.Returned))
        {
            var version = operation.Reply.Version;
            if (!keys.TryAdd(version, operation.Key!) && keys[version] != operation.Key)
                return Of(
                    operation,
                    string.Create(CultureInfo.InvariantCulture, $"version {version} had another key before"));
            if (!versions.TryAdd(operation.Key!, version) && versions[operation.Key!] != version)
                return Of(operation, string.Create(
                    CultureInfo.InvariantCulture, $"its key is that of version {versions[operation.Key!]}"));
        }

        return null;

        Violation Of(Operation last, string reason) => new(last, [reason], Before(last.Returned));
    }

    /// <summary>
    /// The first response without an explanation. Every prefix of a linearizable history is linearizable, so a binary
    /// search finds the shortest one that is not.
    /// </summary>
    private Violation? FindInexplicable()
    {
        if (Search.Run(Operations) is null)
            return null;
        var ends = Operations.Where(operation => operation.Reply.IsKnown).Select(operation => operation.Returned)
            .Order().ToList();
        int good = -1, bad = ends.Count - 1;
        while (bad - good > 1)
        {
            var middle = (good + bad) / 2;
            if (Search.Run(Before(ends[middle])) is null)
                good = middle;
            else
                bad = middle;
        }

        var prefix = Before(ends[bad]);
        var last = prefix.Last(operation => operation.Reply.IsKnown && operation.Returned == ends[bad]);
        List<string> reasons =
            [.. Search.Run(prefix)!.Select(
                state => $"{state}: the response would be {state.Ask(last.Question).Reply}")];
        return new(last, reasons is []
            ? ["none: other operations need its effect, which contradicts its response"]
            : reasons, prefix);
    }

    /// <summary>The history up to this time; calls in progress have an unknown outcome.</summary>
    private List<Operation> Before(long time) =>
    [
        .. Operations.Where(operation => operation.Invoked <= time)
            .Select(operation => operation.Returned <= time
                ? operation
                : operation with { Reply = Reply.Unknown, Key = null }),
    ];
}
