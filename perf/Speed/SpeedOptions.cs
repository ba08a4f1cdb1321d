namespace AtpKeyserver.Perf.Speed;

/// <summary>What the command line asks for.</summary>
/// <param name="Rounds">How often each scenario runs; the table shows medians.</param>
/// <param name="Seconds">Of a scenario in a round.</param>
/// <param name="OnDisk">Azurite keeps its tables on disk and not in memory.</param>
/// <param name="Only">Scenarios whose name has one of these in it; none for all.</param>
/// <param name="Compare">The file of an earlier run, whose rates stand beside the new ones; null for none.</param>
internal sealed record Options(int Rounds, int Seconds, bool OnDisk, IReadOnlyList<string> Only, string? Compare)
{
    /// <exception cref="ArgumentException">An option that there is not.</exception>
    public static Options Parse(string[] args)
    {
        var options = new Options(5, 5, OnDisk: false, [], null);
        for (var i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--rounds" => options with { Rounds = int.Parse(args[++i]) },
                "--seconds" => options with { Seconds = int.Parse(args[++i]) },
                "--disk" => options with { OnDisk = true },
                "--only" => options with { Only = args[++i].Split(',') },
                "--compare" => options with { Compare = args[++i] },
                _ => throw new ArgumentException(
                    $"Unknown option {args[i]}; there are --rounds N, --seconds N, --disk, --only NAME,NAME and --compare FILE."),
            };
        }

        return options;
    }

    public bool Wants(string name) => Only.Count == 0 || Only.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));
}
