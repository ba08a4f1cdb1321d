using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtpKeyserver.Tests.Support.Stored;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>All rows of a storage at one time of the server's clock.</summary>
public sealed record Dump(DateTimeOffset At, IReadOnlyList<StoredRow> Rows)
{
    private static readonly JsonSerializerOptions Plain =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task<Dump> OfAsync(string connectionString, DateTimeOffset at)
    {
        var service = new TableServiceClient(connectionString);
        var rows = new List<StoredRow>();
        await foreach (var table in service.QueryAsync())
        {
            await foreach (var row in service.GetTableClient(table.Name).QueryAsync<TableEntity>())
            {
                var columns = row.Where(column => column.Key is not ("PartitionKey" or "RowKey" or "Timestamp")
                    && !column.Key.StartsWith("odata.", StringComparison.Ordinal));
                rows.Add(new(table.Name, row.PartitionKey, row.RowKey, row.Timestamp!.Value, columns.ToDictionary()));
            }
        }

        return new(at, rows);
    }

    public async Task LoadAsync(string connectionString)
    {
        var service = new TableServiceClient(connectionString);
        foreach (var table in Rows.GroupBy(row => row.Table))
        {
            var client = service.GetTableClient(table.Key);
            await client.CreateIfNotExistsAsync();
            foreach (var row in table)
            {
                var entity = new TableEntity(row.PartitionKey, row.RowKey);
                foreach (var (name, value) in row.Columns)
                    entity[name] = value;
                await client.AddEntityAsync(entity);
            }
        }
    }

    public static Dump Read(string file)
    {
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        return new((DateTimeOffset)json["at"]!, [.. json["rows"]!.AsArray().Select(row => new StoredRow(
            (string)row!["table"]!,
            (string)row["partition"]!,
            (string)row["row"]!,
            (DateTimeOffset)row["timestamp"]!,
            row["columns"]!.AsObject().ToDictionary(column => column.Key, column => ValueOf(column.Value!))))]);
    }

    /// <summary>One line for each row.</summary>
    public void Write(string file)
    {
        var text = new StringBuilder();
        text.Append("{\"about\":\"All of a storage. Test data: the key that wraps its keyring is public.\",\"at\":")
            .Append(JsonSerializer.Serialize(At)).Append(",\"rows\":[\n");
        text.AppendJoin(",\n", Rows.Select(row => new JsonObject
        {
            ["table"] = row.Table,
            ["partition"] = row.PartitionKey,
            ["row"] = row.RowKey,
            ["timestamp"] = row.Timestamp,
            ["columns"] = new JsonObject(row.Columns.OrderBy(column => column.Key, StringComparer.Ordinal)
                .Select(column => KeyValuePair.Create(column.Key, NodeOf(column.Value)))),
        }.ToJsonString(Plain)));
        File.WriteAllText(file, text.Append("\n]}\n").ToString());
    }

    private static JsonNode? NodeOf(object value) => value switch
    {
        string text => JsonValue.Create(text),
        int number => JsonValue.Create(number),
        long number => new JsonObject { ["long"] = number },
        byte[] bytes => new JsonObject { ["bytes"] = Convert.ToBase64String(bytes) },
        _ => throw new NotSupportedException($"A column of type {value.GetType()}"),
    };

    private static object ValueOf(JsonNode node) => node switch
    {
        JsonObject typed when typed.ContainsKey("long") => (long)typed["long"]!,
        JsonObject typed => Convert.FromBase64String((string)typed["bytes"]!),
        _ when node.GetValueKind() == JsonValueKind.Number => (int)node,
        _ => (string)node!,
    };
}
