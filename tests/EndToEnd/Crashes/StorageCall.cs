using System.Text.RegularExpressions;

namespace AtpKeyserver.Tests.EndToEnd.Crashes;

/// <summary>
/// Describes a storage call in words that are the same in each run: <c>transaction on groups</c>, <c>read head of
/// groups</c>.
/// </summary>
internal static partial class StorageCall
{
    public static async Task<string> NameAsync(HttpRequestMessage call)
    {
        var path = Uri.UnescapeDataString(call.RequestUri!.AbsolutePath).Split('/', 3)[2];
        var isPoint = path.Contains("RowKey", StringComparison.Ordinal);
        var table = path.Split('(')[0];
        if (table == "$batch")
            return "transaction on "
                + $"{WithoutDay(TableOfBatch.Match(await call.Content!.ReadAsStringAsync()).Groups[1].Value)}";
        if (table == "Tables")
            return "making a table";
        table = WithoutDay(table);
        var place = call.Method == HttpMethod.Post ? await call.Content!.ReadAsStringAsync() : path;
        var row = Row.Match(place) is { Success: true } kind ? $"{kind.Groups[1].Value} of " : "";
        return call.Method.Method switch
        {
            "GET" => isPoint ? $"read {row}{table}" : $"query {table}",
            "POST" => $"insert {row}{table}",
            "PUT" => $"put {row}{table}",
            "DELETE" => $"delete {row}{table}",
            var verb => $"{verb} {table}",
        };
    }

    [GeneratedRegex("/devstoreaccount1/([a-z]+[0-9]*)")]
    private static partial Regex TableOfBatch { get; }

    /// <summary>The kind of a row: the prefix of its key.</summary>
    [GeneratedRegex("RowKey\"?[=:]['\"]([a-z]+)")]
    private static partial Regex Row { get; }

    private static string WithoutDay(string table) => table.TrimEnd('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');
}

/// <summary>
/// A point of a request: right before a storage call is executed, or right after it, before its response is delivered.
/// </summary>
/// <param name="Call">The name of the call.</param>
/// <param name="Nth">The number of the call among those of this name in the request, from 1.</param>
/// <param name="IsAfter">Whether the call is executed.</param>
internal sealed record CrashPoint(string Call, int Nth, bool IsAfter)
{
    public override string ToString() => $"{(IsAfter ? "after" : "before")} {Call}{(Nth > 1 ? $" ({Nth})" : "")}";
}
