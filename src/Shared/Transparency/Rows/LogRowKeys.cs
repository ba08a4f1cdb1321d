using System.Globalization;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Transparency.Rows;

/// <summary>
/// Row keys of the log, which is one partition, so that a commit is one transaction. Numbers have 19 digits, so that
/// they sort.
/// </summary>
internal static class LogRowKeys
{
    public const string Partition = "log";

    public const string Head = "head";

    /// <summary>The entries of one commit.</summary>
    public static string Batch(long first) => Of($"b:{first:D19}");

    /// <summary>The index of the first entry of a verified row.</summary>
    public static long FirstOf(string batch) => long.Parse(batch.AsSpan(2), CultureInfo.InvariantCulture);

    /// <summary>The index of an entry.</summary>
    public static string Index(Hash label, long sequence) =>
        Of($"i:{Convert.ToHexStringLower(label.Span)}:{sequence:D19}");

    /// <summary>A hash that tiles above level 0 consist of.</summary>
    /// <param name="level">The level of the tile, from 1.</param>
    /// <param name="index">The position within the level.</param>
    public static string Node(int level, long index) => Of($"n:{level}:{index:D19}");

    private static string Of(FormattableString key) => key.ToString(CultureInfo.InvariantCulture);
}
