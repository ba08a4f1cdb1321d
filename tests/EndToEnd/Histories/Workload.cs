using System.Globalization;
using AtpKeyserver.Tests.EndToEnd.Support;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>
/// Concurrent clients of several groups, in rounds with new groups. The groups of a round have the same owner, delegate
/// and members, to find an instance that confuses groups. <c>KEYSERVER_HISTORY_OPERATIONS</c> sets the number of
/// operations, and <c>KEYSERVER_HISTORY_SEED</c> the requests, their order and the instances; the overlap depends on
/// the machine.
/// </summary>
internal sealed class Workload
{
    private const int Groups = 4;
    private const int OperationsPerGroup = 200;
    private const int ShortForm = 800;

    private readonly ITestOutputHelper _output;

    public Workload(ITestOutputHelper output)
    {
        _output = output;
        Operations = Number("KEYSERVER_HISTORY_OPERATIONS") is { } operations ? (int)operations : ShortForm;
        Seed = Number("KEYSERVER_HISTORY_SEED") ?? (ulong)Environment.TickCount64;
        _output.WriteLine($"KEYSERVER_HISTORY_SEED={Seed}");
    }

    public ulong Seed { get; }

    public int Operations { get; init; }

    /// <summary>The second instance serves only reads.</summary>
    public bool ChangesAtFirst { get; init; }

    /// <summary>Runs in each round when half of its operations have begun.</summary>
    public Func<Task>? Midway { get; init; }

    /// <summary>How many operations had an unknown outcome.</summary>
    public int Unknown { get; private set; }

    /// <returns>The first violation; null if all histories are linearizable.</returns>
    public async Task<Violation?> RunAsync(IReadOnlyList<Api> instances)
    {
        int histories = 0, checkedOperations = 0;
        Violation? violation = null;
        for (; checkedOperations < Operations && violation is null; histories += Groups)
        {
            var dice = new Dice(Seed + (ulong)histories);
            var accounts = GroupClients.NewAccounts(instances[0]);
            var groups = Enumerable.Range(0, Groups)
                .Select(i => new GroupClients(
                    [.. instances], accounts, $"history{i}", dice.Next(), OperationsPerGroup, ChangesAtFirst))
                .ToList();
            foreach (var group in groups)
                group.Round = groups;
            var runs = groups.Select(group => Task.Run(group.RunAsync)).ToList();
            if (Midway is not null)
            {
                await groups[0].IsHalfDone;
                await Midway();
            }

            await Task.WhenAll(runs);
            var round = groups.Select(group => group.History).ToList();
            var keys = round.SelectMany((history, i) => history.Operations.Where(operation => operation.Key is not null)
                .Select(operation => (operation.Key, Group: i))).Distinct();
            Assert.All(keys.GroupBy(found => found.Key), groupsOfKey => Assert.Single(groupsOfKey));
            foreach (var history in round)
            {
                checkedOperations += history.Operations.Count;
                Unknown += history.Operations.Count(operation => !operation.Reply.IsKnown);
                violation ??= history.FindViolation();
            }
        }

        _output.WriteLine($"{histories} histories, {checkedOperations} operations, {Unknown} of unknown outcome");
        if (violation is not null)
            _output.WriteLine(violation.ToString());
        return violation;
    }

    private static ulong? Number(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? ulong.Parse(text, CultureInfo.InvariantCulture)
            : null;
}
