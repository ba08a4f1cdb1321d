using System.Collections.Concurrent;

namespace AtpKeyserver.Telemetry;

/// <summary>
/// Counted where it is found, whoever then catches the finding: by the name of the table, without the day that the name of some ends with.
/// </summary>
internal static class Tampering
{
    private static readonly ConcurrentDictionary<string, long> s_counts = new(StringComparer.Ordinal);

    public static IEnumerable<KeyValuePair<string, long>> Counts => s_counts;

    public static void Found(string table) => s_counts.AddOrUpdate(table.TrimEnd("0123456789".ToCharArray()), 1, (_, before) => before + 1);
}
