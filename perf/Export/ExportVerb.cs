using System.CommandLine;
using System.Diagnostics;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;
using AtpKeyserver.Perf.Support.Rows;
using Azure.Data.Tables;

namespace AtpKeyserver.Perf.Export;

/// <summary>Measures the duration and memory of an export of an account with one large group.</summary>
internal sealed class ExportVerb(int rows, int members)
{
    private const int Days = 90;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(30);

    public static Command Create()
    {
        var rows = NumberOption.Create("--rows", "Rows of the access log", 1_000_000);
        var members = NumberOption.Create("--members", "Members of the group", 100_000);
        var command = new Command("export", "Exporting an account with a long access log") { rows, members };
        command.SetAction((line, cancellation) =>
            new ExportVerb(line.GetValue(rows), line.GetValue(members)).RunAsync(cancellation));
        return command;
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(Limit);
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var stack = await UnlimitedStack.StartAsync(stop.Token);
        using var caller = new XrpcCaller(stack);
        var owner = stack.Atproto.CreateAccount("owner.test").Did;
        await FillAsync(stack, caller, $"{owner}#everybody", stop.Token);
        var (rawRows, rawSeconds) = await ReadRawAsync(stack, stop.Token);
        Console.WriteLine(
            $"The same log read directly from Azurite, 1,000 rows per page: {rawRows} rows in {rawSeconds:0.0} s");

        await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
        var beforeMb = memory.Resident;
        _ = memory.Take();
        var since = Stopwatch.GetTimestamp();
        using var request = caller.Get(owner, "account.export");
        using var response = await caller.SendAsync(request, stop.Token);
        var firstByte = Stopwatch.GetElapsedTime(since).TotalSeconds;
        await using var body = await response.Content.ReadAsStreamAsync(stop.Token);
        var export = await ReadAsync(body, stack, since, stop.Token);
        var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
        var peakMb = memory.Take().Max();
        Console.WriteLine(
            $"{"members",8} {"log rows",9} {"s",7} {"first byte s",13} {"MB",6} {"before MB",10} {"peak MB",8}");
        Console.WriteLine(
            $"{export.Members,8} {export.LogEntries,9} {seconds,7:0.0} {firstByte,13:0.00} {export.Bytes / 1e6,6:0} "
            + $"{beforeMb,10:0} {peakMb,8:0}");
        Console.WriteLine(Report.Write("export", machine, new
        {
            export.Members,
            export.LogEntries,
            export.Bytes,
            seconds,
            firstByte,
            beforeMb,
            peakMb,
            rawRows,
            rawSeconds,
        }));
        return 0;
    }

    private async Task FillAsync(Stack stack, XrpcCaller caller, string group, CancellationToken cancellation)
    {
        await caller.CreateGroupAsync(group, cancellation);
        var since = Stopwatch.GetTimestamp();
        await SeedAsync([SeedVerb.Members, group, $"{members}"]);
        await SeedAsync([SeedVerb.Log, group, $"{rows}", $"{Days}"]);
        Console.WriteLine($"Written in {Stopwatch.GetElapsedTime(since).TotalSeconds:0} s");

        Task SeedAsync(string[] arguments) =>
            Child.RunVerbAsync(stack, stack.Azurite, [SeedVerb.Name, .. arguments], cancellation);
    }

    /// <exception cref="IOException">The app closed the connection. The console has its last log lines.</exception>
    private static async Task<Tally> ReadAsync(
        Stream document, Stack stack, long since, CancellationToken cancellation)
    {
        var tally = new Tally();
        try
        {
            await tally.ReadAsync(document, cancellation);
            return tally;
        }
        catch (IOException)
        {
            var seconds = Stopwatch.GetElapsedTime(since).TotalSeconds;
            // Waits for the app's log, which arrives through a pipe.
            await Task.Delay(1000, cancellation);
            Console.WriteLine(
                $"Interrupted after {seconds:0} s, {tally.Members} members, {tally.LogEntries} log rows:");
            Console.WriteLine(string.Join(Environment.NewLine, stack.Log.Lines.TakeLast(5)));
            throw;
        }
    }

    private async Task<(int Rows, double Seconds)> ReadRawAsync(Stack stack, CancellationToken cancellation)
    {
        var storage = new TableServiceClient(stack.Azurite.ConnectionString);
        var count = 0;
        // Each day has at least one batch, so a short log has fewer days.
        var days = Math.Min(Days, (rows + Batches.Size - 1) / Batches.Size);
        var since = Stopwatch.GetTimestamp();
        for (var day = 1; day <= days; day++)
        {
            var name = $"accesslog{TimeProvider.System.GetUtcNow().AddDays(-day):yyyyMMdd}";
            var pages = storage.GetTableClient(name)
                .QueryAsync<TableEntity>("PartitionKey ge '0'", 1_000, null, cancellation);
            await foreach (var row in pages)
                count++;
        }

        return (count, Stopwatch.GetElapsedTime(since).TotalSeconds);
    }
}
