using System.CommandLine;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.AccessLog;

/// <summary>Measures the access log: calls with and without it, rows per transaction, paging.</summary>
internal static class AccessLogVerb
{
    public static Command Create()
    {
        var rows = NumberOption.Create("--rows", "Length of the log to page through", 100_000);
        var command = new Command("access-log", "getKey with and without its log entry; paging through a log") { rows };
        command.SetAction((line, cancellation) => RunAsync(line.GetValue(rows), cancellation));
        return command;
    }

    public static async Task<int> RunAsync(int rows, CancellationToken cancellation)
    {
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var stack = await UnlimitedStack.StartAsync(cancellation);
        var relaxed = await stack.StartInstanceAsync(
            new Dictionary<string, string> { ["Keyserver__AccessLog__Strict"] = "false" }, cancellation);
        using var readers = new Readers(stack);

        List<object> figures =
        [
            .. await KeyReads.CompareAsync(stack, relaxed, readers),
            .. await Transactions.CountAsync(stack, readers),
            await LogPages.ReadAsync(stack, relaxed, readers, rows, cancellation),
        ];
        Console.WriteLine(Report.Write("access-log", machine, figures));
        return 0;
    }
}
