using System.Globalization;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Fuzz.Engine;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>
/// Lines <c>column type value</c> that overwrite a signed row, or <c>column x</c> to drop a column: the row is accepted
/// only if no relevant column changed.
/// </summary>
internal sealed class RowTarget() : Target("row", typeof(RowMac), typeof(UnverifiedColumns))
{
    private const string Table = "groups";

    private static readonly string[] Free = ["Timestamp", "odata.etag"];

    private readonly SealingKey _key = new(Vector.Hex("key", "key"), 1);

    public override IEnumerable<string> Words =>
    [
        "Did ", "Epoch ", "AddedBy ", "Incarnation ", "PartitionKey ", "RowKey ", "Timestamp ", "odata.", "Mac ",
        "WrittenAt ", " s ",
        " b ", " i ", " l ", " d ", " t ", " x", "\n", "owner"
    ];

    public override bool Run(byte[] input)
    {
        var original = Original();
        var row = Original();
        foreach (var line in Texts.Of(input).Split('\n'))
            Change(row, line.Split(' ', 3));
        _ = Try(() => UnverifiedColumns.GenerationOf(row, Table));
        if (!Try(() => RowMac.Verify(row, Table, _key)))
            return false;
        var same = row.Where(Counts).Select(Show).Order(StringComparer.Ordinal)
            .SequenceEqual(original.Where(Counts).Select(Show).Order(StringComparer.Ordinal));
        FindingException.Unless(same, "A changed row is accepted.");
        FindingException.Unless(
            (row.Timestamp - original.Timestamp)!.Value.Duration() <= 2 * RowMac.StampTolerance,
            "A restored row is accepted.");
        return true;
    }

    private TableEntity Original()
    {
        var row = new TableEntity(Vector.Text("partitionKeys", "group"), Vector.Text("rowKeys", "member"))
        {
            ["Did"] = "did:web:bob.example.com",
            ["AddedBy"] = "owner",
            ["Epoch"] = 5L,
            ["Added"] = 1767225600000L,
            ["Incarnation"] = 1,
            ["Generation"] = 2,
            ["Sealed"] = Vector.Hex("sealedForm", "form"),
        };
        RowMac.Sign(row, Table, _key);
        row.Timestamp = DateTimeOffset.FromUnixTimeMilliseconds((long)row["WrittenAt"]);
        return row;
    }

    private static void Change(TableEntity row, string[] parts)
    {
        if (parts.Length < 2 || parts[0].Length == 0)
            return;
        var text = parts.Length == 3 ? parts[2] : "";
        object? value = parts[1] switch
        {
            "s" => text,
            "b" => System.Text.Encoding.UTF8.GetBytes(text),
            "i" when int.TryParse(text, CultureInfo.InvariantCulture, out var n) => n,
            "l" when long.TryParse(text, CultureInfo.InvariantCulture, out var n) => n,
            "d" when double.TryParse(text, CultureInfo.InvariantCulture, out var n) => n,
            "t" => text == "1",
            _ => null,
        };
        switch (parts[0])
        {
            case "PartitionKey" or "RowKey":
                row[parts[0]] = value as string ?? "";
                break;
            case "Timestamp":
                row.Timestamp = value is long ticks and > 0 && ticks < DateTimeOffset.MaxValue.Ticks
                    ? new DateTimeOffset(ticks, TimeSpan.Zero)
                    : null;
                break;
            case "odata.etag":
                break;
            default:
                _ = value is null ? row.Remove(parts[0]) : (row[parts[0]] = value) is not null;
                break;
        }
    }

    private static bool Try(Action check)
    {
        try
        {
            check();
            return true;
        }
        catch (TamperedException)
        {
            return false;
        }
    }

    private static bool Counts(KeyValuePair<string, object> column) =>
        column.Value is not null
        && !Free.Contains(column.Key)
        && !column.Key.StartsWith("odata.", StringComparison.Ordinal)
        && column.Key is not ("Mac" or "WrittenAt");

    private static string Show(KeyValuePair<string, object> column) =>
        $"{column.Key} {column.Value.GetType().Name} "
            + $"{(column.Value is byte[] bytes ? Convert.ToHexString(bytes) : column.Value)}";
}
