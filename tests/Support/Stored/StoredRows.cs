using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace AtpKeyserver.Tests.Support.Stored;

/// <summary>
/// A read-only table service: reads return the given rows with their own timestamps. Writes of rows of the log, the
/// index and deletions are accepted and discarded; any other write throws a <see cref="WrittenException"/>.
/// </summary>
public sealed partial class StoredRows : HttpMessageHandler
{
    private static readonly string[] Harmless = ["accesslog", "memberships", "unfinished", "recentdeletions"];

    private readonly SortedDictionary<(string, string, string), StoredRow> _rows;

    public StoredRows(IEnumerable<StoredRow> rows)
    {
        _rows = new(Comparer<(string, string, string)>.Create(Compare));
        foreach (var row in rows)
            _rows[row.Place] = row;
    }

    /// <summary>Called for each row that was served.</summary>
    public Action<StoredRow>? Served { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var path = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath).Split('/')[^1];
        if (request.Method != HttpMethod.Get)
            return await WriteAsync(request, path, cancellationToken);
        if (Point().Match(path) is { Success: true } point)
            return Find(point.Groups[1].Value, point.Groups[2].Value, point.Groups[3].Value);
        var query = request.RequestUri.Query.Split('&', '?');
        var filter = Uri.UnescapeDataString(
            query.Single(part => part.StartsWith("$filter=", StringComparison.Ordinal))["$filter=".Length..]);
        return Answer(HttpStatusCode.OK,
            new JsonObject { ["value"] = new JsonArray([.. Query(path.Split('(')[0], filter).Select(Serve)]) });
    }

    private static async Task<HttpResponseMessage> WriteAsync(
        HttpRequestMessage request, string path, CancellationToken cancellation)
    {
        var body = request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellation);
        if (path == "$batch")
        {
            var operations = Operation().Matches(body);
            return operations.All(operation => IsHarmless(operation.Groups[1].Value, operation.Groups[2].Value))
                ? Done(operations.Count)
                : throw new WrittenException(body);
        }

        return IsHarmless(request.Method.Method, path)
            ? new HttpResponseMessage(HttpStatusCode.NoContent) { Headers = { { "ETag", "W/\"written\"" } } }
            : throw new WrittenException(body);
    }

    private static bool IsHarmless(string verb, string path) =>
        Harmless.Any(name => path.StartsWith(name, StringComparison.Ordinal))
        || (verb == "DELETE" && Uri.UnescapeDataString(path).Contains("RowKey='e:", StringComparison.Ordinal));

    /// <summary>The response to a transaction.</summary>
    private static HttpResponseMessage Done(int operations)
    {
        const string part = "--changes\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n"
            + "HTTP/1.1 204 No Content\r\nETag: W/\"written\"\r\n\r\n\r\n";
        var content = new StringContent(
            "--batch\r\nContent-Type: multipart/mixed; boundary=changes\r\n\r\n"
            + string.Concat(Enumerable.Repeat(part, operations)) + "--changes--\r\n--batch--\r\n");
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/mixed; boundary=batch");
        return new HttpResponseMessage(HttpStatusCode.Accepted) { Content = content };
    }

    private HttpResponseMessage Find(string table, string partition, string row) =>
        _rows.TryGetValue((table, partition, row), out var found)
        ? Answer(HttpStatusCode.OK, Serve(found))
        : Answer(HttpStatusCode.NotFound, new JsonObject
        {
            ["odata.error"] =
                new JsonObject { ["code"] = "ResourceNotFound", ["message"] = new JsonObject { ["value"] = "No." } },
        });

    private IEnumerable<StoredRow> Query(string table, string filter)
    {
        var conditions = filter.Split(" and ").Select(text => Condition().Match(text)).ToList();
        if (conditions.Any(condition => !condition.Success))
            throw new NotSupportedException(filter);
        return _rows.Values.Where(row => row.Table == table && conditions.All(condition => Holds(condition, row)));
    }

    private static bool Holds(Match condition, StoredRow row)
    {
        var order = string.CompareOrdinal(
            condition.Groups[1].Value == "RowKey" ? row.RowKey : row.PartitionKey, condition.Groups[3].Value);
        return condition.Groups[2].Value switch { "eq" => order == 0, "ge" => order >= 0, "gt" => order > 0,
            "le" => order <= 0, _ => order < 0 };
    }

    private JsonObject Serve(StoredRow row)
    {
        lock (_rows)
            Served?.Invoke(row);
        return row.ToOData();
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, JsonObject json) =>
        new(status) { Content = new StringContent(json.ToJsonString(), Encoding.UTF8, "application/json") };

    private static int Compare((string, string, string) one, (string, string, string) other)
    {
        var order = string.CompareOrdinal(one.Item1, other.Item1);
        if (order == 0)
            order = string.CompareOrdinal(one.Item2, other.Item2);
        return order == 0 ? string.CompareOrdinal(one.Item3, other.Item3) : order;
    }

    /// <summary>The verb and the last segment of the path.</summary>
    [GeneratedRegex(@"^(POST|PUT|PATCH|MERGE|DELETE) \S*?/([^/\s]+) HTTP/1\.1\r?$", RegexOptions.Multiline)]
    private static partial Regex Operation();

    [GeneratedRegex(@"^(\w+)\(PartitionKey='([^']*)',RowKey='([^']*)'\)\z")]
    private static partial Regex Point();

    [GeneratedRegex(@"^(PartitionKey|RowKey) (eq|ge|gt|le|lt) '([^']*)'\z")]
    private static partial Regex Condition();
}
