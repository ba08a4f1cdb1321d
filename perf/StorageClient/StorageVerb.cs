using System.CommandLine;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.StorageClient;

/// <summary>Measures what reading one row of Table Storage costs this process, and what each setting saves.</summary>
internal static class StorageVerb
{
    private const int Rounds = 5;
    private const int Reads = 5_000;

    public static Command Create()
    {
        var command = new Command("storage", "Reading a row with the app's storage client, and with other settings");
        command.SetAction((_, cancellation) => RunAsync(cancellation));
        return command;
    }

    public static async Task<int> RunAsync(CancellationToken cancellation)
    {
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var azurite = await AzuriteProcess.StartAsync(cancellation: cancellation);
        var variants = await Variants.CreateAsync(azurite, cancellation);
        foreach (var variant in variants)
            await ReadCost.MeasureAsync(variant.Read, Reads); // Warms up until the code is optimized.

        var measured = variants.ToDictionary(variant => variant, _ => new List<ReadCost>());
        for (var round = 1; round <= Rounds; round++)
        {
            Console.WriteLine($"round {round} of {Rounds}");
            foreach (var variant in variants)
                measured[variant].Add(await ReadCost.MeasureAsync(variant.Read, Reads));
        }

        var rows = variants.Select(variant => new
        {
            variant.Name,
            Micros = Statistics.Median(measured[variant], cost => cost.Micros),
            Bytes = Statistics.Median(measured[variant], cost => cost.Bytes),
        }).ToList();
        Console.WriteLine();
        Console.WriteLine($"{"",-48} {"µs",6} {"bytes",7}");
        foreach (var row in rows)
            Console.WriteLine($"{row.Name,-48} {row.Micros,6:0} {row.Bytes,7:0}");
        Console.WriteLine();
        Console.WriteLine(Report.Write("storage", machine, rows));
        return 0;
    }
}
