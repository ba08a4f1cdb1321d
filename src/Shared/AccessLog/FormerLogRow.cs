using System.Globalization;
using AtpKeyserver.Errors;
using Azure.Data.Tables;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// Where rows of the access log stood while each subject had partitions (lanes) of its own: partition stem and lane, row key the time and an id. Nothing
/// is written there any more but events of that time; readers look there as long as such rows are kept. (docs/adr/0019)
/// </summary>
internal static class FormerLogRow
{
    /// <summary>Partitions that the rows of one subject and day may stand in.</summary>
    public const int Lanes = 4;

    /// <summary>32 digits, a tilde and the lane.</summary>
    private const int PartitionLength = 34;

    /// <summary>Number <see cref="Lanes"/> is no lane and stands behind all of them.</summary>
    public static string Partition(string stem, int lane) => string.Create(CultureInfo.InvariantCulture, $"{stem}~{lane}");

    public static bool Is(TableEntity row) => !row.PartitionKey.StartsWith("lane", StringComparison.Ordinal);

    /// <exception cref="TamperedException">Somebody else put a row between ours.</exception>
    public static int LaneOf(TableEntity row) =>
        row.PartitionKey is { Length: PartitionLength } and [.., '~', >= '0' and < (char)('0' + Lanes) and var lane]
            ? lane - '0'
            : throw TamperedException.At("accesslog", "a row stands in a lane that does not exist");
}
