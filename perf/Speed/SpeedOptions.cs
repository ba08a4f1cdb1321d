namespace AtpKeyserver.Perf.Speed;

/// <summary>The options of the verb.</summary>
/// <param name="Rounds">Runs of each scenario; the table shows medians.</param>
/// <param name="Seconds">The duration of a scenario in a round.</param>
/// <param name="OnDisk">Whether Azurite stores its tables on disk instead of in memory.</param>
/// <param name="Only">Scenarios whose name contains one of these; empty: all.</param>
/// <param name="Compare">The file of an earlier run to compare with, or null.</param>
internal sealed record SpeedOptions(
    int Rounds, int Seconds, bool OnDisk, IReadOnlyList<string> Only, string? Compare)
{
    public bool Wants(string name) =>
        Only.Count == 0 || Only.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));
}
