using AtpKeyserver.Tests.EndToEnd.Support.Counting;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>Counts, and prints the tables of docs/SCALING.md.</summary>
internal sealed class CountedTables
{
    private readonly List<string> _lines = [];
    private readonly List<CallFigures> _calls = [];

    private CountedTables()
    {
    }

    /// <summary>The lines with figures, for <see cref="Counted"/>.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public IReadOnlyList<CallFigures> Calls => _calls;

    public List<WorkFigures> Work { get; private set; } = [];

    public SortedDictionary<string, double> Rows { get; private set; } = [];

    public LogFigures Log { get; private set; } = null!;

    public HotFigures Hot { get; private set; } = null!;

    public static async Task<CountedTables> CountAsync()
    {
        var tables = new CountedTables();
        await using (var counting = await CountingStack.StartAsync())
            await tables.CountAsync(new Counts(counting));
        tables.PrintWork();
        tables.PrintRows();
        return tables;
    }

    private async Task CountAsync(Counts counts)
    {
        Rows = await counts.RowsAsync();
        Work = await counts.WorkAsync();

        Console.WriteLine();
        Console.WriteLine("| call | later calls | rows | first call | rows | DID lookups |");
        Console.WriteLine("|---|---|---|---|---|---|");
        await foreach (var call in counts.CallsAsync())
        {
            _calls.Add(call);
            Print(call.Line);
        }

        var vault = _calls.Sum(call => (call.First?.Vault ?? 0) + (call.Later?.Vault ?? 0));
        Console.WriteLine($"total vault requests: {vault}");
        Log = await counts.LogAsync();
        Hot = await counts.HotAsync();
    }

    private void PrintWork()
    {
        Console.WriteLine();
        Console.WriteLine("| work | storage | rows | vault |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var each in Work)
            Print($"| {each.What} | {each.Storage} | {each.Storage.Rows} | {each.Vault} |");
    }

    private void PrintRows()
    {
        Console.WriteLine();
        Console.WriteLine("| row | bytes |");
        Console.WriteLine("|---|---|");
        foreach (var (kind, bytes) in Rows)
            Print($"| {kind} | {bytes:0} |");
        Print($"| log entry in a row of its own, of a browser | {Log.Browser:0} |");
        Print($"| log entry in a row of its own, passed on by a PDS | {Log.Pds:0} |");
        Print($"| log entry of a hot group, {Hot.Calls / (double)Hot.LogRows:0.0} in a row | {Hot.BytesAnEntry:0} |");
        Print($"hot group, 64 calls at once: {Hot.RequestsACall:0.00} requests and {Hot.RowsACall:0.00} rows a call");
    }

    private void Print(string line)
    {
        _lines.Add(line);
        Console.WriteLine(line);
    }
}
