using AtpKeyserver.DevStack;
using Azure.Data.Tables;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>The rows of the storage, with their size as Azure counts it.</summary>
internal sealed class StoredRows(Stack stack)
{
    private readonly TableServiceClient _service = new(stack.Azurite.ConnectionString);

    /// <summary>Every row: its place, its kind (<c>groups, m</c>) and its bytes.</summary>
    public async Task<List<(string Place, string Kind, int Bytes)>> AllAsync()
    {
        var rows = new List<(string, string, int)>();
        await foreach (var table in _service.QueryAsync())
        {
            var name = table.Name.TrimEnd("0123456789".ToCharArray());
            await foreach (var row in _service.GetTableClient(table.Name).QueryAsync<TableEntity>())
            {
                var place = $"{table.Name} {row.PartitionKey} {row.RowKey}";
                rows.Add((place, $"{name}, {KindOf(row.RowKey)}", BytesOf(row)));
            }
        }

        return rows;
    }

    /// <summary>Rows of the access log and their bytes.</summary>
    public async Task<(int Rows, long Bytes)> LogAsync()
    {
        var rows = (await AllAsync()).Where(row => row.Kind.StartsWith("accesslog", StringComparison.Ordinal)).ToList();
        return (rows.Count, rows.Sum(row => (long)row.Bytes));
    }

    /// <summary>
    /// 4 bytes, two for each character of the keys, and for each property 8, two for each character of its name, and
    /// its value: text two a character and 4, binary its length and 4, numbers 4 or 8, a time 8. docs/SCALING.md has
    /// the source.
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
        _ => throw new InvalidOperationException($"A column of type {value.GetType()} was not expected."),
    };

    /// <summary>The letters at the start of the row key; keys of the access log have none.</summary>
    private static string KindOf(string rowKey) =>
        rowKey.AsSpan().IndexOfAnyExceptInRange('a', 'z') is > 0 and var length ? rowKey[..length] : "row";
}
