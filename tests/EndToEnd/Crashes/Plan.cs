using AtpKeyserver.Tests.EndToEnd.Histories;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>
/// The points to try: some that are always the riskiest, and others chosen by the seed, or all.
/// <c>KEYSERVER_CRASH_POINTS</c> sets how many, <c>KEYSERVER_CRASH_SEED</c> which; <c>KEYSERVER_CRASH_ONLY</c> selects
/// those whose name contains it.
/// </summary>
internal sealed class Plan
{
    /// <summary>Right after the commit, and between the steps of what is not one transaction.</summary>
    private static readonly (string Scenario, string Call)[] Riskiest =
    [
        ("keypair.getKeypair, first call", "insert shard of keyring"),
        ("group.removeMember, with rotation", "transaction on groups"),
        ("group.delete", "transaction on groups"),
        ("account.delete", "transaction on accounts"),
        ("account.delete", "transaction on groups"),
    ];

    private readonly ITestOutputHelper _output;

    public Plan(ITestOutputHelper output)
    {
        _output = output;
        var seed = CrashKeyserver.Seed("KEYSERVER_CRASH_SEED", (ulong)Environment.TickCount64);
        Dice = new Dice(seed);
        output.WriteLine($"KEYSERVER_CRASH_SEED={seed}");
    }

    public Dice Dice { get; }

    private static string? Only =>
        Environment.GetEnvironmentVariable("KEYSERVER_CRASH_ONLY") is { Length: > 0 } only ? only : null;

    /// <summary>The scenarios to record in order to choose this many points.</summary>
    public IEnumerable<Scenario> Scenarios(int otherwise)
    {
        List<Scenario> scenarios = [.. Scenario.All];
        if (Only is not null || PointCount(otherwise) > otherwise)
            return scenarios;
        var others = scenarios.Where(scenario => !Riskiest.Any(risk => risk.Scenario == scenario.Name)).ToList();
        while (others.Count > otherwise - Riskiest.Length)
        {
            var next = Dice.Below(others.Count);
            scenarios.Remove(others[next]);
            others.RemoveAt(next);
        }

        return scenarios;
    }

    /// <param name="points">All points of all scenarios, in order.</param>
    /// <param name="otherwise">How many are tried in the short run.</param>
    public List<(Scenario Scenario, CrashPoint Point)> Choose(
        List<(Scenario Scenario, CrashPoint Point)> points, int otherwise)
    {
        if (Only is { } only)
            return [.. points.Where(
                each => NameOf(each.Scenario, each.Point).Contains(only, StringComparison.Ordinal))];
        var chosen = points
            .Where(each => each.Point is { IsAfter: true, Nth: 1 }
                && Riskiest.Contains((each.Scenario.Name, each.Point.Call)))
            .ToList();
        Assert.Equal(Riskiest.Length, chosen.Count);
        var others = points.Except(chosen).ToList();
        while (chosen.Count < PointCount(otherwise) && others.Count > 0)
        {
            var next = Dice.Below(others.Count);
            chosen.Add(others[next]);
            others.RemoveAt(next);
        }

        _output.WriteLine($"{chosen.Count} of {points.Count} points:");
        // Uncreated keys of the keyring become fewer with each run.
        return [.. chosen.OrderBy(each => each.Point.Call.EndsWith("keyring", StringComparison.Ordinal) ? 0 : 1)];
    }

    public void Write(Scenario scenario, CrashPoint point, string what) =>
        _output.WriteLine($"{NameOf(scenario, point)}: {what}");

    public static string NameOf(Scenario scenario, CrashPoint point) => $"{scenario.Name}: {point}";

    private static int PointCount(int otherwise) => CrashKeyserver.Number("KEYSERVER_CRASH_POINTS", otherwise);
}
