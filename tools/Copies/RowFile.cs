using System.Globalization;
using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Azure.Data.Tables;

namespace AtpKeyserver.Copies;

/// <summary>
/// A compressed file with one JSON object per row. A row keeps its storage timestamp, which reveals a row that was put
/// back.
/// </summary>
public static class RowFile
{
    public static async Task<int> WriteAsync(
        string path, IAsyncEnumerable<TableEntity> rows, CancellationToken cancellation)
    {
        // A complete file only: written under another name first.
        var partial = path + ".part";
        var count = 0;
        await using (var file = new StreamWriter(new GZipStream(File.Create(partial), CompressionLevel.Fastest)))
        {
            await foreach (var row in rows.WithCancellation(cancellation))
            {
                await file.WriteLineAsync(
                    JsonSerializer.Serialize(ToLine(row), RowJson.Default.Line).AsMemory(), cancellation);
                count++;
            }
        }

        File.Move(partial, path, overwrite: true);
        return count;
    }

    public static async IAsyncEnumerable<TableEntity> ReadAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var file = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (await file.ReadLineAsync(cancellation) is { } line)
            yield return ToRow(JsonSerializer.Deserialize(line, RowJson.Default.Line)!);
    }

    /// <summary>Groups consecutive rows of a partition, at most <paramref name="atOnce"/> at a time.</summary>
    public static async IAsyncEnumerable<List<TableEntity>> PartitionsAsync(
        string path, int atOnce, [EnumeratorCancellation] CancellationToken cancellation)
    {
        List<TableEntity> rows = [];
        await foreach (var row in ReadAsync(path, cancellation))
        {
            if (rows.Count == atOnce || (rows.Count > 0 && rows[0].PartitionKey != row.PartitionKey))
            {
                yield return rows;
                rows = [];
            }

            rows.Add(row);
        }

        if (rows.Count > 0)
            yield return rows;
    }

    private static Line ToLine(TableEntity row) => new(
        row.PartitionKey,
        row.RowKey,
        row.Timestamp!.Value.ToString("O", CultureInfo.InvariantCulture),
        row.Where(column => column.Value is not null && !column.Key.StartsWith("odata.", StringComparison.Ordinal)
                && column.Key is not ("PartitionKey" or "RowKey" or "Timestamp"))
            .ToDictionary(column => column.Key, column => column.Value switch
            {
                string text => new Cell("s", text),
                byte[] bytes => new Cell("b", Convert.ToBase64String(bytes)),
                int number => new Cell("i", number.ToString(CultureInfo.InvariantCulture)),
                long number => new Cell("l", number.ToString(CultureInfo.InvariantCulture)),
                // The server writes no other types, and readers ignore them.
                var other => new Cell("?", other.GetType().Name),
            }));

    private static TableEntity ToRow(Line line)
    {
        var row = new TableEntity(line.P,
            line.R) { Timestamp = DateTimeOffset.ParseExact(line.T, "O", CultureInfo.InvariantCulture) };
        foreach (var (name, cell) in line.C.Where(column => column.Value.T != "?"))
        {
            row[name] = cell.T switch
            {
                "s" => cell.V,
                "b" => Convert.FromBase64String(cell.V),
                "i" => int.Parse(cell.V, CultureInfo.InvariantCulture),
                "l" => long.Parse(cell.V, CultureInfo.InvariantCulture),
                _ => throw new CopyException("A file of the copy has an unknown format."),
            };
        }

        return row;
    }

    internal sealed record Line(string P, string R, string T, Dictionary<string, Cell> C);

    internal sealed record Cell(string T, string V);
}

[JsonSerializable(typeof(RowFile.Line))]
[JsonSerializable(typeof(Manifest))]
internal sealed partial class RowJson : JsonSerializerContext;
