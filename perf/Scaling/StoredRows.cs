using AtpKeyserver.DevStack;
using Azure.Data.Tables;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>The stored rows with their size as calculated by Azure.</summary>
internal sealed class StoredRows(Stack stack)
{
    private readonly TableServiceClient _service = new(stack.Azurite.ConnectionString);

    /// <summary>
    /// All rows with key, kind (such as <c>groups, m</c>) and bytes, except events, which are deleted after seconds.
    /// </summary>
    public async Task<List<(string Place, string Kind, int Bytes)>> AllAsync()
    {
        var rows = new List<(string, string, int)>();
        await foreach (var table in _service.QueryAsync())
        {
            var name = table.Name.TrimEnd("0123456789".ToCharArray());
            await foreach (var row in _service.GetTableClient(table.Name).QueryAsync<TableEntity>())
            {
                if (KindOf(row.RowKey) == "e")
                    continue;
                var place = $"{table.Name} {row.PartitionKey} {row.RowKey}";
                rows.Add((place, $"{name}, {KindOf(row.RowKey)}", BytesOf(row)));
            }
        }

        return rows;
    }

    /// <summary>The number and bytes of access log rows.</summary>
    public async Task<(int Rows, long Bytes)> LogAsync()
    {
        var rows = (await AllAsync()).Where(row => row.Kind.StartsWith("accesslog", StringComparison.Ordinal)).ToList();
        return (rows.Count, rows.Sum(row => (long)row.Bytes));
    }

    /// <summary>
    /// 4 bytes, 2 per character of the keys, and per property 8 bytes, 2 per character of its name, and its value: text
    /// 2 per character plus 4, binary its length plus 4, numbers 4 or 8, times 8. See docs/SCALING.md for the source.
    /// </summary>
    public static int BytesOf(TableEntity row) =>
        4 + (2 * (row.PartitionKey.Length + row.RowKey.Length))
        + row.Where(column => column.Key is not ("PartitionKey" or "RowKey" or "Timestamp" or "odata.etag"))
            .Sum(column => 8 + (2 * column.Key.Length) + ValueOf(column.Value));

    private static int ValueOf(object value) => value switch
    {
        string text => (2 * text.Length) + 4,
        byte[] bytes => bytes.Length + 4,
        BinaryData bytes => bytes.ToMemory().Length + 4,
        bool => 1,
        int => 4,
        long or double or DateTimeOffset or DateTime => 8,
        Guid => 16,
        _ => throw new InvalidOperationException($"Unexpected column type {value.GetType()}."),
    };

    /// <summary>The letters at the start of the row key. Access log keys have none.</summary>
    private static string KindOf(string rowKey) =>
        rowKey.AsSpan().IndexOfAnyExceptInRange('a', 'z') is > 0 and var length ? rowKey[..length] : "row";
}
