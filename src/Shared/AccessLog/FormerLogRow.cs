using System.Globalization;
using AtpKeyserver.Errors;
using Azure.Data.Tables;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// The former layout of the access log, in which each subject had its own partitions (lanes): the partition key is the
/// stem and the lane, the row key the time and an id. Only events of that time are still written to it; it is read as
/// long as such rows are kept. (docs/adr/0019)
/// </summary>
internal static class FormerLogRow
{
    /// <summary>Partitions per subject and day.</summary>
    public const int Lanes = 4;

    /// <summary>32 digits, a tilde and the lane.</summary>
    private const int PartitionLength = 34;

    /// <summary>The partition of a lane; with <see cref="Lanes"/>, the key after the last one.</summary>
    public static string Partition(string stem, int lane) =>
        string.Create(CultureInfo.InvariantCulture, $"{stem}~{lane}");

    public static bool Is(TableEntity row) => !row.PartitionKey.StartsWith("lane", StringComparison.Ordinal);

    /// <exception cref="TamperedException">The partition key is malformed.</exception>
    public static int LaneOf(TableEntity row) =>
        row.PartitionKey is { Length: PartitionLength } and [.., '~', >= '0' and < (char)('0' + Lanes) and var lane]
            ? lane - '0'
            : throw TamperedException.At("accesslog", "a row has an unknown lane");
}
