namespace Azure.Data.Tables.Wire;

/// <summary>Paths of the REST interface, escaped. A quote inside a key is doubled (OData 3.0 URI conventions).</summary>
internal static class TablePath
{
    public const string Tables = "/Tables";
    public const string Batch = "/$batch";

    public static string Table(string name) => $"/Tables('{Uri.EscapeDataString(name)}')";

    public static string Rows(string table) => $"/{table}";

    public static string Query(string table) => $"/{table}()";

    public static string Row(string table, string partitionKey, string rowKey) =>
        $"/{table}(PartitionKey='{Escape(partitionKey)}',RowKey='{Escape(rowKey)}')";

    private static string Escape(string key) => Uri.EscapeDataString(key.Replace("'", "''", StringComparison.Ordinal));
}
