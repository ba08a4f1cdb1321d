using System.Globalization;
using System.Text.Json.Nodes;

namespace AtpKeyserver.Tests.Support.Stored;

/// <summary>A stored row, independent of any client: a string, int, long or byte[] in each column.</summary>
public sealed record StoredRow(
    string Table, string PartitionKey, string RowKey, DateTimeOffset Timestamp,
    IReadOnlyDictionary<string, object> Columns)
{
    public (string Table, string Partition, string Row) Place => (Table, PartitionKey, RowKey);

    /// <summary>The kind of the row: the prefix of its key, such as <c>head</c>, <c>v</c> or <c>m</c>.</summary>
    public string Kind => RowKey.Split([':', '~', '.', '-'], StringSplitOptions.RemoveEmptyEntries)[0];

    /// <summary>The same row with this value in this column.</summary>
    public StoredRow With(string column, object value) =>
        this with { Columns = new Dictionary<string, object>(Columns) { [column] = value } };

    /// <summary>In the format of the service with minimal metadata.</summary>
    public JsonObject ToOData()
    {
        var json = new JsonObject
        {
            ["odata.etag"] = $"W/\"datetime'{Uri.EscapeDataString(Stamp)}'\"",
            [nameof(PartitionKey)] = PartitionKey,
            [nameof(RowKey)] = RowKey,
            [nameof(Timestamp)] = Stamp,
        };
        foreach (var (name, value) in Columns)
        {
            var (text, type) = value switch
            {
                byte[] bytes => (JsonValue.Create(Convert.ToBase64String(bytes)), "Edm.Binary"),
                long number => (JsonValue.Create(number.ToString(CultureInfo.InvariantCulture)), "Edm.Int64"),
                int number => (JsonValue.Create(number), null),
                _ => (JsonValue.Create((string)value), null),
            };
            if (type is not null)
                json[name + "@odata.type"] = type;
            json[name] = text;
        }

        return json;
    }

    private string Stamp =>
        Timestamp.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);
}
