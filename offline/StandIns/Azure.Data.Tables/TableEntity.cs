using System.Globalization;
using Azure.Data.Tables.Wire;

namespace Azure.Data.Tables;

#pragma warning disable CA1710 // The official name
/// <summary>
/// A row as a dictionary of columns. Columns hold string, byte[], int, long, bool, double, Guid and DateTimeOffset; a getter of another
/// type throws <see cref="InvalidOperationException"/>, of an absent column returns null.
/// </summary>
public sealed partial class TableEntity : ITableEntity
#pragma warning restore CA1710
{
    private readonly Dictionary<string, object> _columns;

    public TableEntity()
        : this(new Dictionary<string, object>(StringComparer.Ordinal), owned: true)
    {
    }

    public TableEntity(string partitionKey, string rowKey)
        : this()
    {
        PartitionKey = partitionKey;
        RowKey = rowKey;
    }

    public TableEntity(IDictionary<string, object> values)
        : this(values is null ? new(StringComparer.Ordinal) : new Dictionary<string, object>(values, StringComparer.Ordinal), owned: true)
    {
    }

    /// <summary>Takes the dictionary as it is.</summary>
    internal TableEntity(Dictionary<string, object> columns, bool owned)
    {
        System.Diagnostics.Debug.Assert(owned, "A dictionary of someone else is copied first.");
        _columns = columns;
    }

    public string PartitionKey
    {
        get => GetString(ColumnName.PartitionKey);
        set => _columns[ColumnName.PartitionKey] = value;
    }

    public string RowKey
    {
        get => GetString(ColumnName.RowKey);
        set => _columns[ColumnName.RowKey] = value;
    }

    public DateTimeOffset? Timestamp
    {
        get => GetDateTimeOffset(ColumnName.Timestamp);
        set => _columns[ColumnName.Timestamp] = value;
    }

    public ETag ETag
    {
        get => new(GetString(ColumnName.ETag));
        set => _columns[ColumnName.ETag] = value.ToString();
    }

    internal Dictionary<string, object> Columns => _columns;

    public string GetString(string key) => Find(key) switch
    {
        null => null,
        string text => text,
        var other => throw WrongType<string>(other),
    };

    public byte[] GetBinary(string key) => Find(key) switch
    {
        null => null,
        byte[] bytes => bytes,
        var other => throw WrongType<byte[]>(other),
    };

    public BinaryData GetBinaryData(string key) => Find(key) switch
    {
        null => null,
        BinaryData data => data,
        byte[] bytes => new BinaryData(bytes),
        var other => throw WrongType<BinaryData>(other),
    };

    public bool? GetBoolean(string key) => Get<bool>(key);

    public int? GetInt32(string key) => Get<int>(key);

    public long? GetInt64(string key) => Get<long>(key);

    public double? GetDouble(string key) => Get<double>(key);

    public Guid? GetGuid(string key) => Get<Guid>(key);

    public DateTime? GetDateTime(string key) => Find(key) is DateTimeOffset date ? date.UtcDateTime : Get<DateTime>(key);

    public DateTimeOffset? GetDateTimeOffset(string key) =>
        Find(key) is DateTime date ? new DateTimeOffset(date) : Get<DateTimeOffset>(key);

    private T? Get<T>(string key)
        where T : struct => Find(key) switch
        {
            null => null,
            T value => value,
            var other => throw WrongType<T>(other),
        };

    private object Find(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        return _columns.GetValueOrDefault(key);
    }

    /// <summary>An integer put into a long or double column becomes what the column was; a date in a text column becomes text.</summary>
    private static object Coerce(object present, object value) => (present, value) switch
    {
        (long, int number) => (long)number,
        (double, int number) => (double)number,
        (string, DateTime or DateTimeOffset) => Convert.ToString(value, CultureInfo.InvariantCulture),
        _ => value,
    };

    private static InvalidOperationException WrongType<T>(object value) =>
        new($"The column holds {value.GetType()}, not {typeof(T)}.");
}
