using System.CommandLine;
using System.Diagnostics;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;
using AtpKeyserver.Perf.Support.Rows;

namespace AtpKeyserver.Perf.Restore;

/// <summary>Measures <c>tools/Copies</c>: a copy of all tables, and a restore into another Azurite.</summary>
internal sealed class RestoreVerb(int members, int groups)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    public static Command Create()
    {
        var members = NumberOption.Create("--members", "Members of the large group", 100_000);
        var groups = NumberOption.Create("--groups", "Groups with one member", 10_000);
        var command = new Command("restore", "Copying all tables, and restoring them") { members, groups };
        command.SetAction((line, cancellation) =>
            new RestoreVerb(line.GetValue(members), line.GetValue(groups)).RunAsync(cancellation));
        return command;
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(Limit);
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var stack = await Stack.StartAsync(new StackOptions { LogLines = 1_000 }, stop.Token);
        await using var other = await AzuriteProcess.StartAsync(cancellation: stop.Token);
        var folder = Directory.CreateTempSubdirectory("keyserver-restore-").FullName;
        try
        {
            var large = await FillAsync(stack, stop.Token);
            var (copy, tombstones) = (Path.Combine(folder, "copy"), Path.Combine(folder, "tombstones"));
            var copied = await CopiesAsync(stack, stack.Azurite, ["copy", copy], stop.Token);
            var kept = await CopiesAsync(stack, stack.Azurite, ["tombstones", tombstones], stop.Token);
            var sizeMB = Directory.GetFiles(copy).Sum(file => new FileInfo(file).Length) / 1e6;
            var restored = await CopiesAsync(stack, other, ["restore", copy, "--tombstones", tombstones], stop.Token);
            await Child.RunVerbAsync(stack, other, [CheckVerb.Name, large, $"{members}"], stop.Token);
            var rows = members + (4 * groups);
            Console.WriteLine(
                $"{rows:N0} rows, {sizeMB:0.0} MB: copied in {copied:0} s, tombstones in {kept:0} s, "
                + $"restored in {restored:0} s");
            Console.WriteLine(Report.Write(
                "restore", machine, new { members, groups, rows, sizeMB, copied, tombstones = kept, restored }));
            return 0;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <returns>The large group.</returns>
    private async Task<string> FillAsync(Stack stack, CancellationToken cancellation)
    {
        var owner = stack.Atproto.CreateAccount("owner.test").Did;
        var member = stack.Atproto.CreateAccount("member.test").Did;
        var (large, many) = ($"{owner}#large", $"{owner}#many.");
        using var caller = new XrpcCaller(stack);
        await caller.CreateGroupAsync(large, cancellation);
        await caller.CreateGroupAsync(many, cancellation);
        await SeedAsync([SeedVerb.Members, large, $"{members}"]);
        await SeedAsync([SeedVerb.Groups, many, member, $"{groups}"]);
        return large;

        Task SeedAsync(string[] arguments) =>
            Child.RunVerbAsync(stack, stack.Azurite, [SeedVerb.Name, .. arguments], cancellation);
    }

    /// <returns>Seconds.</returns>
    private static async Task<double> CopiesAsync(
        Stack stack, AzuriteProcess storage, string[] arguments, CancellationToken cancellation)
    {
        var program = Path.Combine(BuildOutput.Of("tools/Copies"), "AtpKeyserver.Copies.dll");
        var since = Stopwatch.GetTimestamp();
        await Child.RunAsync(stack, storage, "dotnet", [program, .. arguments], cancellation);
        return Stopwatch.GetElapsedTime(since).TotalSeconds;
    }
}
