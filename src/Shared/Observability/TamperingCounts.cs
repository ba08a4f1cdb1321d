using System.Collections.Concurrent;

namespace AtpKeyserver.Observability;

/// <summary>
/// Number of tampered rows found, by table name without its date. <see cref="Log.Tampered"/> increments it.
/// </summary>
internal static class TamperingCounts
{
    private static readonly ConcurrentDictionary<string, long> s_counts = new(StringComparer.Ordinal);

    public static IEnumerable<KeyValuePair<string, long>> Counts => s_counts;

    public static void Found(string table) =>
        s_counts.AddOrUpdate(table.TrimEnd("0123456789".ToCharArray()), 1, (_, before) => before + 1);
}
