using System.Text;
using System.Text.Json.Nodes;
using AtpKeyserver.Emulators.Atproto.Accounts;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds.Records;

/// <summary>
/// Changes records of the caller. Does not support <c>validate</c>, <c>swapRecord</c> and <c>swapCommit</c>, and
/// ignores them. <see href="https://docs.bsky.app/docs/api/com-atproto-repo-put-record"/>
/// </summary>
internal sealed class RecordWrites(
    AccountRegistry accounts, Authenticator authenticator, RepositoryRegistry repositories)
{
    private const int MaxRecordBytes = 64 * 1024;

    /// <summary>Less than the 64 levels that the JSON library writes, because responses contain records.</summary>
    private const int MaxRecordDepth = 32;

    /// <summary><c>POST /xrpc/com.atproto.repo.putRecord</c></summary>
    public async Task PutAsync(HttpContext context)
    {
        var caller = authenticator.Authenticate(context.Request);
        var request = await Xrpc.ReadAsync(context, AtprotoJson.Default.PutRecordRequest);
        RequireOwner(caller, request.Repo);
        var path = RecordPath.Parse(request.Collection, request.Rkey);
        var record = new StoredRecord(path, Serialize(request.Record, request.Collection));
        repositories.Put(caller.Did, record);
        await Xrpc.WriteAsync(
            context, AtprotoJson.Object(("uri", path.ToUri(caller.Did)), ("cid", record.ComputeCid())));
    }

    /// <summary>
    /// <c>POST /xrpc/com.atproto.repo.deleteRecord</c>. Succeeds if the record does not exist, like a PDS.
    /// </summary>
    public async Task DeleteAsync(HttpContext context)
    {
        var caller = authenticator.Authenticate(context.Request);
        var request = await Xrpc.ReadAsync(context, AtprotoJson.Default.DeleteRecordRequest);
        RequireOwner(caller, request.Repo);
        repositories.Delete(caller.Did, RecordPath.Parse(request.Collection, request.Rkey));
        await Xrpc.WriteAsync(context, "{}");
    }

    private void RequireOwner(Account caller, string repo)
    {
        if (accounts.FindByName(repo)?.Did != caller.Did)
            throw new XrpcException(401, "AuthenticationRequired", "Only an account itself can change its records.");
    }

    private static string Serialize(JsonObject record, string collection)
    {
        record.TryAdd("$type", collection);
        if (record["$type"] is not JsonValue type || !type.TryGetValue(out string? name) || name != collection)
            throw XrpcException.InvalidRequest($"The record's $type must be {collection} or absent.");
        if (DepthOf(record) > MaxRecordDepth)
            throw XrpcException.InvalidRequest($"The record is nested deeper than {MaxRecordDepth} levels.");
        var json = record.ToJsonString(AtprotoJson.Readable);
        return Encoding.UTF8.GetByteCount(json) <= MaxRecordBytes
            ? json
            : throw XrpcException.InvalidRequest($"The record's JSON is longer than {MaxRecordBytes} bytes.");
    }

    private static int DepthOf(JsonNode? node) => node switch
    {
        JsonObject members => 1 + members.Select(member => DepthOf(member.Value)).DefaultIfEmpty().Max(),
        JsonArray items => 1 + items.Select(DepthOf).DefaultIfEmpty().Max(),
        _ => 0,
    };
}
