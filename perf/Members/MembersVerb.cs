using System.CommandLine;
using System.Diagnostics;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Members;

/// <summary>Measures how long it takes to make a large group, call after call.</summary>
internal static class MembersVerb
{
    /// <summary>The maximum of <c>group.addMembers</c>.</summary>
    private const int MembersPerCall = 90;

    public static Command Create()
    {
        var members = NumberOption.Create("--members", "Members of the group", 10_000);
        var command = new Command("members", "Making a large group with group.addMembers") { members };
        command.SetAction((line, cancellation) => RunAsync(line.GetValue(members), cancellation));
        return command;
    }

    public static async Task<int> RunAsync(int members, CancellationToken cancellation)
    {
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var stack = await UnlimitedStack.StartAsync(cancellation);
        using var caller = new XrpcCaller(stack);
        var owner = stack.Atproto.CreateAccount("owner.test").Did;
        var group = $"{owner}#everybody";
        await caller.CreateGroupAsync(group, cancellation);

        var times = new List<double>();
        var since = Stopwatch.GetTimestamp();
        foreach (var part in Enumerable.Range(0, members).Chunk(MembersPerCall))
        {
            var began = Stopwatch.GetTimestamp();
            var dids = part.Select(number => $"did:web:member{number}.example.com");
            await caller.CallAsync(
                caller.Post(owner, "group.addMembers", new { group_id = group, member_dids = dids }), cancellation);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        var figures = new
        {
            members,
            calls = times.Count,
            seconds = Stopwatch.GetElapsedTime(since).TotalSeconds,
            medianMs = Statistics.Median(times),
            slowestMs = times.Max(),
        };
        Console.WriteLine(
            $"{figures.members:N0} members: {figures.calls} calls, {figures.seconds:0.0} s "
            + $"(median {figures.medianMs:0} ms, slowest {figures.slowestMs:0} ms)");
        Console.WriteLine(Report.Write("members", machine, figures));
        return 0;
    }
}
