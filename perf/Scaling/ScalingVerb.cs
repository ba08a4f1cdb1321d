using System.CommandLine;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.EndToEnd.Support.Counting;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>Counts dependency calls and cached entries, and derives a forecast.</summary>
internal sealed class ScalingVerb(Prices prices)
{
    private readonly Assumptions _assume = new();

    public static Command Create()
    {
        var noMemory = new Option<bool>("--no-memory") { Description = "Skip the memory measurement" };
        var costsOnly = new Option<bool>("--costs-only")
        {
            Description = "Print the costs from the figures of docs/SCALING.md, without a stack",
        };
        var prices = new Option<FileInfo>("--prices")
        {
            Description = "Prices of your region (JSON)",
            HelpName = "FILE",
        };
        prices.AcceptExistingOnly();
        var command = new Command("scaling", "Storage calls, bytes and cached entries; a forecast and its costs")
        {
            noMemory, costsOnly, prices,
        };
        command.SetAction(async (line, cancellation) =>
        {
            var json = line.GetValue(prices) is { } file
                ? await File.ReadAllTextAsync(file.FullName, cancellation)
                : "{}";
            var verb = new ScalingVerb(Prices.Read(json));
            return await (line.GetValue(costsOnly) ? verb.PrintCostsAsync() : verb.RunAsync(!line.GetValue(noMemory)));
        });
        return command;
    }

    public async Task<int> PrintCostsAsync()
    {
        var document = Path.Combine(AzuriteProcess.RepositoryRoot(), "docs/SCALING.md");
        PrintBill(new Counted(await File.ReadAllLinesAsync(document)).Costs());
        return 0;
    }

    public async Task<int> RunAsync(bool withMemory)
    {
        var machine = Report.Machine;
        Console.WriteLine(machine);
        var tables = await CountedTables.CountAsync();
        var costs = new Counted(tables.Lines).Costs();
        var model = new Model(_assume, costs);
        var forecasts = new double[] { 1_000, 100_000, 1_000_000, 10_000_000 }.Select(model.Of).ToList();
        ForecastTable.Print(forecasts, model);
        PrintBill(costs);

        var memory = withMemory ? await MeasureMemoryAsync() : [];
        Console.WriteLine(Report.Write("scaling", machine, new
        {
            calls = tables.Calls.Select(call => new { call.Name, later = Of(call.Later), first = Of(call.First) }),
            work = tables.Work.Select(each => new
            {
                each.What,
                storage = each.Storage.ToString(),
                each.Storage.Requests,
                each.Storage.Rows,
                each.Vault,
            }),
            rows = tables.Rows,
            log = tables.Log,
            hot = tables.Hot,
            assume = _assume,
            forecasts,
            parts = model.Parts(),
            memory,
        }));
        return 0;
    }

    private static object? Of(CallCost? cost) => cost is null ? null : new
    {
        storage = cost.Storage.ToString(),
        cost.Storage.Requests,
        cost.Storage.Rows,
        cost.Vault,
        cost.Lookups,
    };

    private static async Task<List<MemoryStep>> MeasureMemoryAsync()
    {
        Console.WriteLine();
        await using var stack = await Stack.StartAsync(new StackOptions
        {
            LogLines = 1_000,
            Environment = new Dictionary<string, string>(Timers.Off) { ["Keyserver__RateLimits__Enabled"] = "false" },
        });
        return await MemoryFigures.MeasureAsync(stack);
    }

    private void PrintBill(Costs costs)
    {
        var month = new Bill(new Model(_assume, costs), _assume, prices).Table(Deployment.All);
        var keys = new MillionKeys(_assume, costs, prices).Table();
        Console.WriteLine(string.Join('\n', [.. month, "", .. keys]));
    }
}
