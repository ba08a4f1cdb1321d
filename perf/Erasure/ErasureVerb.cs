using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Erasure;

/// <summary>Measures the deletion of an account with many groups and memberships.</summary>
internal sealed class ErasureVerb(int groups, int memberships)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    public static Command Create()
    {
        var groups = NumberOption.Create("--groups", "Groups that the account owns", 1_000);
        var memberships = NumberOption.Create(
            "--memberships", "Groups of another owner that it is a member of", 10_000);
        var hostile = new Option<bool>("--hostile")
        {
            Description = "Instead: other owners keep adding the account to their groups",
        };
        var command = new Command("erasure", "Deleting an account with many groups") { groups, memberships, hostile };
        command.SetAction((line, cancellation) =>
        {
            var verb = new ErasureVerb(line.GetValue(groups), line.GetValue(memberships));
            return line.GetValue(hostile) ? RunHostileAsync(cancellation) : verb.RunAsync(cancellation);
        });
        return command;
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(Limit);
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var stack = await UnlimitedStack.StartAsync(stop.Token);
        await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
        using var caller = new XrpcCaller(stack);
        var alice = stack.Atproto.CreateAccount("alice.test").Did;
        await FillAsync(caller, alice, stack.Atproto.CreateAccount("bob.test").Did, stop.Token);

        memory.Take();
        var before = memory.Resident;
        var (answered, complete) = await DeleteAsync(caller, alice, stop.Token);
        var peak = memory.Take().Max();
        Console.WriteLine($"complete after {complete:0.0} s; memory {before:0} -> {peak:0} MB");
        Console.WriteLine(Report.Write("erasure", machine, new
        {
            groups,
            memberships,
            answeredSeconds = answered,
            completeSeconds = complete,
            beforeMB = before,
            peakMB = peak,
        }));
        return 0;
    }

    private static async Task<int> RunHostileAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(Limit);
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var stack = await UnlimitedStack.StartAsync(stop.Token);
        using var caller = new XrpcCaller(stack);
        var victim = stack.Atproto.CreateAccount("alice.test").Did;
        await caller.CallAsync(caller.Get(victim, "keypair.getKeypair"), stop.Token);
        var finished = await new HostileAdders(stack, caller, victim).RunAsync(stop.Token);
        Console.WriteLine(finished is null ? "not finished" : $"finished after {finished:0.0} s");
        Console.WriteLine(Report.Write("erasure-hostile", machine, new { finishedSeconds = finished }));
        return 0;
    }

    private async Task FillAsync(XrpcCaller caller, string alice, string bob, CancellationToken cancellation)
    {
        Console.WriteLine(
            $"{groups:N0} groups of Alice with Bob as a member, "
            + $"{memberships:N0} groups of Bob with Alice as a member …");
        await caller.CallAsync(caller.Get(alice, "keypair.getKeypair"), cancellation);
        var options = new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = cancellation };
        await Parallel.ForAsync(0, groups + memberships, options, async (i, limit) =>
        {
            var (owner, member) = i < groups ? (alice, bob) : (bob, alice);
            var group = $"{owner}#{i}";
            await caller.CreateGroupAsync(group, limit);
            var addition = new { group_id = group, member_did = member };
            await caller.CallAsync(caller.Post(owner, "group.addMember", addition), limit);
        });
    }

    /// <summary>Repeats the call until everything is deleted.</summary>
    /// <returns>Seconds until the first response, and until everything was deleted.</returns>
    private static async Task<(double Answered, double Complete)> DeleteAsync(
        XrpcCaller caller, string did, CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        var answer = await CallAsync();
        var answered = Stopwatch.GetElapsedTime(since).TotalSeconds;
        Console.WriteLine($"account.delete returned after {answered:0.0} s: {answer.GetRawText()}");
        while (answer.GetProperty("status").GetString() != "deleted")
        {
            await Task.Delay(TimeSpan.FromSeconds(5), cancellation);
            answer = await CallAsync();
            Console.WriteLine($"{Stopwatch.GetElapsedTime(since).TotalSeconds,6:0.0} s {answer.GetRawText()}");
        }

        return (answered, Stopwatch.GetElapsedTime(since).TotalSeconds);

        Task<JsonElement> CallAsync() => caller.CallAsync(Deletion.Request(caller, did), cancellation);
    }
}
