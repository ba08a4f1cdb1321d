using System.Buffers;
using System.Globalization;
using System.Text.Json;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.AccessLog.Rows;

/// <summary>
/// A row of the access log. All subjects share a few partitions, so that concurrent entries fit in one
/// transaction. The row key is the stem (a hash of the subject, keyed with its owner's account key), the time, newest
/// first, and an id. A row holds one entry, or several of its subject that were written together and share its time.
/// (docs/adr/0019)
/// </summary>
public sealed record LogRow(TableEntity Row)
{
    /// <summary>
    /// Partitions per day: each has a limited write rate, and together they reach the limit of the storage account.
    /// </summary>
    public const int Lanes = 4;

    /// <summary>Bytes of details per row: about 60 entries. Readers hold a page of rows in memory.</summary>
    public const int MaxDetails = 16_000;

    internal const string DetailsColumn = "Details";
    internal const string GenerationColumn = "Generation";

    /// <summary>Digits of the time.</summary>
    private const int TimeLength = 19;

    private const string HexDigits = "0123456789abcdef";

    private static readonly string[] LaneNames = ["lane0", "lane1", "lane2", "lane3"];

    /// <summary>32 hex digits that identify the subject.</summary>
    public static string Stem(SealingKey key, string subject) => PartitionKey.Of(key, "access log", subject);

    /// <summary>The partition of all rows of a subject and day.</summary>
    public static string PartitionOf(string stem) =>
        LaneNames[HexDigits.IndexOf(stem[0], StringComparison.Ordinal) % Lanes];

    public static string Key(string stem, DateTimeOffset time, string id) =>
        Prefix(stem)
        + string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.MaxValue.Ticks - time.UtcTicks:D19}~{id}");

    /// <summary>The prefix of a subject's row keys.</summary>
    public static string Prefix(string stem) => stem + "-";

    /// <summary>The row key after its prefix: time and id, which define the read order.</summary>
    public string Moment => Row.RowKey[(Row.RowKey.IndexOf('-', StringComparison.Ordinal) + 1)..];

    /// <summary>Bytes of the sealed details; 0 if the row is invalid and has none.</summary>
    public int Length =>
        Row.TryGetValue(DetailsColumn, out var details) && details is byte[] bytes ? bytes.Length : 0;

    /// <summary>The details of an event before sealing: about 100 to 7,000 bytes; with 90 targets, 30,000.</summary>
    public static byte[] Details(AccessEvent accessEvent, string outcome) => JsonSerializer.SerializeToUtf8Bytes(
        new LogDetails(
            AccessNames.Of(accessEvent.Action),
            outcome,
            accessEvent.By.Did.Value,
            accessEvent.Version,
            accessEvent.Target,
            accessEvent.By.Ip,
            accessEvent.By.UserAgent,
            accessEvent.Reason,
            accessEvent.Targets),
        AuditJson.Default.LogDetails);

    /// <summary>
    /// The details of a stranger's denied call: no DID, no address, nothing that the call contained. Otherwise a group
    /// id in a public post would tell its owner who reads the post.
    /// </summary>
    public static byte[] DetailsOfStranger(AccessAction action) => JsonSerializer.SerializeToUtf8Bytes(
        new LogDetails(AccessNames.Of(action), AccessNames.Denied, Did.Erased, null, null, null, null),
        AuditJson.Default.LogDetails);

    /// <summary>A row of one entry.</summary>
    public static LogRow Seal(
        string table, string partition, string rowKey, ReadOnlySpan<byte> details, SealingKey key) =>
        new(new TableEntity(partition, rowKey)
        {
            [DetailsColumn] = key.Seal(SealPurpose.LogDetails, BindingOf(table, partition, rowKey, key), details),
            [GenerationColumn] = key.Number,
        });

    /// <summary>
    /// A row of several entries: a JSON array of their details, of at most <see cref="MaxDetails"/> bytes.
    /// </summary>
    public static LogRow Seal(
        string table, string partition, string rowKey, IReadOnlyList<byte[]> details, SealingKey key)
    {
        if (details.Count == 1)
            return Seal(table, partition, rowKey, details[0], key);
        using var array = new ClearedBuffer();
        for (var i = 0; i < details.Count; i++)
        {
            array.Write(i == 0 ? "["u8 : ","u8);
            array.Write(details[i]);
        }

        array.Write("]"u8);
        return Seal(table, partition, rowKey, array.Written.Span, key);
    }

    /// <returns>Empty for a row of another key generation, which nobody can read any more.</returns>
    /// <exception cref="TamperedException">The row failed verification.</exception>
    public IReadOnlyList<LogEntry> Open(string table, SealingKey key)
    {
        if (UnverifiedColumns.Get<int>(Row, table, GenerationColumn) != key.Number)
            return [];
        var form = UnverifiedColumns.Get<byte[]>(Row, table, DetailsColumn);
        using var plaintext = key.Open(
            SealPurpose.LogDetails, BindingOf(table, Row.PartitionKey, Row.RowKey, key), form);
        // The seal covers the row key, so the key is well-formed.
        var ticks = DateTimeOffset.MaxValue.Ticks - long.Parse(
            Moment.AsSpan(0, TimeLength), CultureInfo.InvariantCulture);
        var time = new DateTimeOffset(ticks, TimeSpan.Zero);
        var json = plaintext.Reveal();
        LogDetails[] details = json[0] == (byte)'['
            ? JsonSerializer.Deserialize(json, AuditJson.Default.LogDetailsArray)!
            : [JsonSerializer.Deserialize(json, AuditJson.Default.LogDetails)!];
        return [.. details.SelectMany(each => LogEntry.Of(time, each))];
    }

    private static Binding BindingOf(string table, string partition, string rowKey, SealingKey key) =>
        new(table, partition, rowKey, 0, key.Number);
}
