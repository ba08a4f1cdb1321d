using System.Globalization;
using System.Text.Json.Nodes;
using AtpKeyserver.Emulators.Atproto.Accounts;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds.Records;

/// <summary>
/// Returns records to anyone. <see href="https://docs.bsky.app/docs/api/com-atproto-repo-list-records"/>
/// </summary>
internal sealed class RecordReads(AccountRegistry accounts, RepositoryRegistry repositories)
{
    private const int DefaultLimit = 50;
    private const int MaxLimit = 100;

    /// <summary><c>GET /xrpc/com.atproto.repo.getRecord?repo=&amp;collection=&amp;rkey=&amp;cid=</c></summary>
    public Task Get(HttpContext context)
    {
        var query = context.Request.Query;
        var did = FindRepository(query["repo"]);
        var path = RecordPath.Parse(query["collection"], query["rkey"]);
        var record = repositories.Find(did, path);
        if (record is null || (query["cid"].ToString() is { Length: > 0 } cid && cid != record.ComputeCid()))
            throw new XrpcException(400, "RecordNotFound", $"Could not locate record: {path.ToUri(did)}");
        return Xrpc.WriteAsync(context, record.ToView(did).ToJsonString(AtprotoJson.Readable));
    }

    /// <summary>
    /// <c>GET /xrpc/com.atproto.repo.listRecords?repo=&amp;collection=&amp;limit=&amp;cursor=&amp;reverse=</c>. From
    /// the highest key, which is the newest if keys are TIDs. The cursor is the last record's key, also on the last
    /// page.
    /// </summary>
    public Task List(HttpContext context)
    {
        var query = context.Request.Query;
        var did = FindRepository(query["repo"]);
        var collection = RecordPath.ParseCollection(query["collection"]);
        var limit = ParseLimit(query["limit"]);
        var reverse = ParseReverse(query["reverse"]);
        var cursor = query["cursor"].ToString();

        var ascending = repositories.List(did, collection);
        var page = (reverse ? ascending : ascending.Reverse())
            .Where(record => cursor.Length == 0 || IsAfter(record.Path.Key, cursor, reverse))
            .Take(limit)
            .ToArray();
        var answer = new JsonObject { ["records"] = new JsonArray([.. page.Select(record => record.ToView(did))]) };
        if (page.Length > 0)
            answer["cursor"] = page[^1].Path.Key;
        return Xrpc.WriteAsync(context, answer.ToJsonString(AtprotoJson.Readable));
    }

    private static bool IsAfter(string key, string cursor, bool reverse)
    {
        var order = string.CompareOrdinal(key, cursor);
        return reverse ? order > 0 : order < 0;
    }

    private string FindRepository(string? repo) => accounts.FindByName(repo ?? "")?.Did
        ?? throw XrpcException.InvalidRequest($"Could not find repo: {repo}");

    private static int ParseLimit(string? limit)
    {
        if (string.IsNullOrEmpty(limit))
            return DefaultLimit;
        return int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number is >= 1 and <= MaxLimit
            ? number
            : throw XrpcException.InvalidRequest($"limit must be a number from 1 to {MaxLimit}.");
    }

    private static bool ParseReverse(string? reverse) => reverse switch
    {
        null or "" or "false" => false,
        "true" => true,
        _ => throw XrpcException.InvalidRequest("reverse must be true or false."),
    };
}
