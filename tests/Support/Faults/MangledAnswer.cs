using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;

namespace AtpKeyserver.Tests.Support.Faults;

/// <summary>A storage response with valid headers and damage elsewhere. The request was executed.</summary>
/// <param name="Name">In reports.</param>
/// <param name="Calls">The calls whose responses it damages.</param>
/// <param name="DamageAsync">Damages a valid response to such a call.</param>
public sealed partial record MangledAnswer(
    string Name, IReadOnlyList<StorageCall> Calls, Func<HttpResponseMessage, Task> DamageAsync)
{
    private const string Json = "application/json";
    private const string CodeHeader = "x-ms-error-code";

    private static readonly StorageCall[] Reads = [StorageCall.Read, StorageCall.Query];
    private static readonly StorageCall[] Single = [StorageCall.Read, StorageCall.Query, StorageCall.Write];
    private static readonly StorageCall[] Writes = [StorageCall.Write, StorageCall.Transaction];
    private static readonly StorageCall[] Transaction = [StorageCall.Transaction];

    public static IReadOnlyList<MangledAnswer> All { get; } =
    [
        Body("no body", ""),
        Body("null", "null"),
        Body("an array", "[]"),
        Body("an empty object", "{}") with { LooksEmpty = true },
        Body("a page of null", """{"value":null}""") with { LooksEmpty = true },
        Body("a page that is an object", """{"value":{}}"""),
        Body("a page with a row of null", """{"value":[null]}"""),
        Body("a page with an empty row", """{"value":[{}]}"""),
        Body("HTML", "<html>Please sign in.</html>"),
        new("half a body", Reads, answer => RewriteAsync(answer, body => body[..(body.Length / 2)])),
        Column("a column that is an object", """ "Odd":{"a":1}, """),
        Column("a column that is an array", """ "Odd":[1], """),
        Column("a repeated column", """ "Odd":1,"Odd":2, """),
        Column("a column that is no number", """ "Odd@odata.type":"Edm.Int64","Odd":"12x", """),
        Column("a column that is no bytes", """ "Odd@odata.type":"Edm.Binary","Odd":"*", """),
        Column("a column of an unknown type", """ "Odd@odata.type":"Edm.Stream","Odd":"x", """),
        Rows("rows without an ETag", Reads, body => ETag.Replace(body, "")),
        Rows("rows with a number as their ETag", Reads, body => ETag.Replace(body, "\"odata.etag\":7,")),
        Rows("rows without a time stamp", Reads, body => Swap(body, "\"Timestamp\":", "\"Then\":")),
        Rows("rows without keys", Reads, body => Swap(body, "\"RowKey\":", "\"Key\":")),
        Rows("another row", [StorageCall.Read], body => Swap(body, "\"RowKey\":\"", "\"RowKey\":\"another")),
        Status("202 with no body", 202, Single),
        Status("404 with no body", 404, [.. Single, .. Transaction]) with { LooksEmpty = true },
        Status("409 with no body", 409, [.. Single, .. Transaction]),
        Status("412 with no body", 412, [.. Single, .. Transaction]),
        new("200 with JSON", Writes, answer => AnswerAsync(answer, 200, Json, "{}")),
        new("202 with JSON", Transaction, answer => AnswerAsync(answer, 202, Json, "{}")),
        Type("202 without a content type", null),
        Type("202 of another content type", Json),
        Parts("202 without parts", _ => ""),
        Parts("202 with half its parts", body => body[..(body.Length / 2)]),
        Parts("202 with a part too few", body => PartOfChangeSet.Replace(body, "", 1)),
        Parts("202 with a broken status line", body => StatusLine.Replace(body, "HTTP\r\n", 1)),
        Parts("202 with a status that is no number", body => StatusLine.Replace(body, "HTTP/1.1 OK Fine\r\n", 1)),
        Parts("202 with a broken header", body => Swap(body, "DataServiceVersion:", "DataServiceVersion")),
        Parts("202 with a part that was moved", body => StatusLine.Replace(body, "HTTP/1.1 302 Found\r\n", 1)),
        FailedPart("202 with a part of 404 and no body", 404),
        FailedPart("202 with a part of 409 and no body", 409),
        FailedPart("202 with a part of 412 and no body", 412),
    ];

    /// <summary>The official client reports no error: it returns an empty page, or an absent row or table.</summary>
    public bool LooksEmpty { get; private init; }

    /// <summary>Damages rows: a response without rows stays valid.</summary>
    public bool IsOfRows { get; private init; }

    /// <summary>
    /// Ways to damage the responses to these calls: all of those to transactions, and some 30 others, evenly
    /// distributed; all of them with <c>KEYSERVER_FAULTS=all</c>.
    /// </summary>
    public static IEnumerable<(int Call, MangledAnswer Damage)> Sample(IReadOnlyList<StorageCall> calls)
    {
        const int Others = 30;
        var ways = (from call in Enumerable.Range(0, calls.Count)
            from damage in All
            where damage.Calls.Contains(calls[call])
            select (Call: call, Damage: damage)).ToLookup(way => calls[way.Call] == StorageCall.Transaction);
        if (Environment.GetEnvironmentVariable("KEYSERVER_FAULTS") == "all")
            return ways[true].Concat(ways[false]);
        var step = Math.Max(1, ways[false].Count() / Others);
        // Coprime to the 24, 25 or 5 ways that a call has, so that each way is used.
        while (step % 2 == 0 || step % 3 == 0 || step % 5 == 0)
            step++;
        return ways[true].Concat(ways[false].Where((_, index) => index % step == 0));
    }

    /// <summary>The kind of a request.</summary>
    public static StorageCall CallOf(HttpRequestMessage request)
    {
        var path = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath);
        if (path.EndsWith("$batch", StringComparison.Ordinal))
            return StorageCall.Transaction;
        if (request.Method != HttpMethod.Get)
            return StorageCall.Write;
        return path.Contains("(PartitionKey=", StringComparison.Ordinal) ? StorageCall.Read : StorageCall.Query;
    }

    public override string ToString() => Name;

    private static MangledAnswer Body(string name, string body) =>
        new(name, Reads, answer => AnswerAsync(answer, 200, Json, body));

    private static MangledAnswer Column(string name, string column) =>
        Rows(name, Reads, body => Swap(body, "\"PartitionKey\":", column.Trim() + "\"PartitionKey\":"));

    private static MangledAnswer Rows(string name, StorageCall[] calls, Func<string, string> damage) =>
        new(name, calls, answer => RewriteAsync(answer, damage)) { IsOfRows = true };

    private static MangledAnswer Status(string name, int status, StorageCall[] calls) =>
        new(name, calls, answer => AnswerAsync(answer, status, null, ""));

    private static MangledAnswer Type(string name, string? type) => new(name, Transaction, answer =>
    {
        answer.Content.Headers.ContentType = type is null ? null : new MediaTypeHeaderValue(type);
        return Task.CompletedTask;
    });

    private static MangledAnswer Parts(string name, Func<string, string> damage) =>
        new(name, Transaction, answer => RewriteAsync(answer, damage));

    private static MangledAnswer FailedPart(string name, int status) => Parts(name, body =>
    {
        var start = body[..body.IndexOf("HTTP/1.1", StringComparison.Ordinal)];
        return $"{start}HTTP/1.1 {status} No\r\n\r\n\r\n{EndOfChangeSet.Match(body).Value}";
    });

    private static string Swap(string body, string old, string now) => body.Replace(old, now, StringComparison.Ordinal);

    private static Task AnswerAsync(HttpResponseMessage answer, int status, string? type, string body)
    {
        answer.StatusCode = (HttpStatusCode)status;
        Put(answer, body, type is null ? null : new MediaTypeHeaderValue(type));
        return Task.CompletedTask;
    }

    private static async Task RewriteAsync(HttpResponseMessage answer, Func<string, string> damage)
    {
        var body = await answer.Content.ReadAsStringAsync();
        if (damage(body) is var damaged && damaged != body)
            Put(answer, damaged, answer.Content.Headers.ContentType);
    }

    /// <summary>An error response without anything that contains its code.</summary>
    private static void Put(HttpResponseMessage answer, string body, MediaTypeHeaderValue? type)
    {
        answer.Headers.Remove(CodeHeader);
        answer.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        answer.Content.Headers.ContentType = type;
    }

    [GeneratedRegex("\"odata.etag\":\"([^\"\\\\]|\\\\.)*\",", RegexOptions.CultureInvariant)]
    private static partial Regex ETag { get; }

    [GeneratedRegex("HTTP/1\\.1 [^\r\n]*\r?\n", RegexOptions.CultureInvariant)]
    private static partial Regex StatusLine { get; }

    [GeneratedRegex("--changesetresponse.*?(?=--changesetresponse)", RegexOptions.Singleline)]
    private static partial Regex PartOfChangeSet { get; }

    [GeneratedRegex("--changesetresponse[^\r\n]*--.*", RegexOptions.Singleline)]
    private static partial Regex EndOfChangeSet { get; }
}
