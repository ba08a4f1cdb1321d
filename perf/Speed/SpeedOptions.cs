namespace AtpKeyserver.Perf.Speed;

/// <summary>The options of the verb.</summary>
/// <param name="Rounds">How often each scenario runs; the table shows medians.</param>
/// <param name="Seconds">Of a scenario in a round.</param>
/// <param name="OnDisk">Azurite keeps its tables on disk and not in memory.</param>
/// <param name="Only">Scenarios whose name contains one of these; none for all.</param>
/// <param name="Compare">The file of an earlier run, whose rates are shown beside the new ones; null for none.</param>
internal sealed record SpeedOptions(
    int Rounds, int Seconds, bool OnDisk, IReadOnlyList<string> Only, string? Compare)
{
    public bool Wants(string name) =>
        Only.Count == 0 || Only.Any(part => name.Contains(part, StringComparison.OrdinalIgnoreCase));
}
