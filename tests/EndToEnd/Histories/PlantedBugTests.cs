using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AtpKeyserver.Tests.EndToEnd.Support;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>
/// Tests that the check can fail: four possible bugs are planted, and each is found. The product is unchanged; a proxy
/// in front of it, or between it and the storage, simulates the bug.
/// </summary>
public sealed partial class PlantedBugTests(HistoryKeyserver keyserver, ITestOutputHelper output)
    : IClassFixture<HistoryKeyserver>
{
    /// <summary>Each is found in the first round of 800 operations or soon after.</summary>
    private const int Most = 4000;

    /// <summary>
    /// The second instance always gets each member's row as it was first found, as if reads cached members without
    /// checking the head. It serves only reads, because its changes would fail on rows that were removed. The bug may
    /// only show in the next response of the other instance, because a concurrent change may explain its own.
    /// </summary>
    [Fact]
    public async Task Members_cached_without_checking_the_head_are_found()
    {
        var remembered =
            new ConcurrentDictionary<string, (byte[] Body, List<KeyValuePair<string, IEnumerable<string>>> Headers)>();
        await RunAsync(new Workload(output) { Operations = Most, ChangesAtFirst = true }, [keyserver.Storages[1]],
            async (call, send) =>
        {
            var row = Uri.UnescapeDataString(call.RequestUri!.AbsolutePath);
            if (call.Method != HttpMethod.Get || !row.Contains("RowKey='m:", StringComparison.Ordinal))
                return await send();
            if (!remembered.TryGetValue(row, out var found))
            {
                var answer = await send();
                if (answer.StatusCode != HttpStatusCode.OK)
                    return answer;
                using (answer)
                {
                    found = (
                        await answer.Content.ReadAsByteArrayAsync(), [.. answer.Headers, .. answer.Content.Headers]);
                    remembered[row] = found;
                }
            }

            var again = new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(found.Body) };
            foreach (var (name, values) in found.Headers.Where(header => header.Key != "Content-Length"))
            {
                if (!again.Headers.TryAddWithoutValidation(name, values))
                    again.Content.Headers.TryAddWithoutValidation(name, values);
            }

            return again;
        });
    }

    /// <summary>
    /// In each transaction that creates a version, the head's ETag becomes <c>*</c>, and the version's row is upserted
    /// instead of inserted: the insert alone would still fail the second of two rotations.
    /// </summary>
    [Fact]
    public async Task Rotations_without_an_ETag_check_are_found()
    {
        await RunAsync(new Workload(output) { Operations = Most }, keyserver.Storages, async (call, send) =>
        {
            if (call.RequestUri!.AbsolutePath.EndsWith("/$batch", StringComparison.Ordinal))
            {
                var body = Encoding.UTF8.GetString(await call.Content!.ReadAsByteArrayAsync());
                if (body.Contains("\"RowKey\":\"v:", StringComparison.Ordinal))
                {
                    var changed = new ByteArrayContent(Encoding.UTF8.GetBytes(WithoutGuards(body)));
                    changed.Headers.TryAddWithoutValidation(
                        "Content-Type", call.Content.Headers.GetValues("Content-Type"));
                    call.Content = changed;
                }
            }

            return await send();
        });
    }

    /// <summary>
    /// Each rotation is sent twice, and the client gets the second response, as if a retry did not recognize its own
    /// first attempt.
    /// </summary>
    [Fact]
    public async Task Rotations_that_are_made_twice_are_found()
    {
        var (door, api) = await keyserver.OpenDoorAsync(1);
        using var closing = api;
        var workload = new Workload(output) { Operations = Most };
        door.Between = async (call, send) =>
        {
            if (call.RequestUri!.AbsolutePath.EndsWith("group.rotateKey", StringComparison.Ordinal))
            {
                using var lost = await send();
            }

            return await send();
        };
        Assert.NotNull(await workload.RunAsync([keyserver.Apis[0], api]));
    }

    /// <summary>A call for many members leaves out the last one, and reports that it was added.</summary>
    [Fact]
    public async Task Additions_that_skip_a_member_are_found()
    {
        var (door, api) = await keyserver.OpenDoorAsync(1);
        using var closing = api;
        door.Between = async (call, send) =>
        {
            if (!call.RequestUri!.AbsolutePath.EndsWith("group.addMembers", StringComparison.Ordinal))
                return await send();
            var input = JsonNode.Parse(await call.Content!.ReadAsStringAsync())!;
            var dids = input["member_dids"]!.AsArray();
            if (dids.Count == 1)
                return await send();
            var skipped = dids[^1]!.GetValue<string>();
            dids.RemoveAt(dids.Count - 1);
            call.Content = Json(input);
            var answer = await send();
            if (answer.StatusCode != HttpStatusCode.OK)
                return answer;
            using (answer)
            {
                var output = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
                output["members"]!.AsArray().Add(
                    new JsonObject { ["memberDid"] = skipped, ["status"] = "added" });
                return new HttpResponseMessage(HttpStatusCode.OK) { Content = Json(output) };
            }
        };
        Assert.NotNull(await new Workload(output) { Operations = Most }.RunAsync([keyserver.Apis[0], api]));

        static StringContent Json(JsonNode node) => new(node.ToJsonString(), Encoding.UTF8, "application/json");
    }

    private async Task RunAsync(
        Workload workload,
        IEnumerable<RecordingProxy> storages,
        Func<HttpRequestMessage, Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage?>> bug)
    {
        foreach (var storage in storages)
            storage.Between = bug;
        try
        {
            Assert.NotNull(await workload.RunAsync(keyserver.Apis));
        }
        finally
        {
            foreach (var storage in storages)
                storage.Between = null;
        }
    }

    private static string WithoutGuards(string batch)
    {
        var parts = EntityTag.Replace(batch, "If-Match: *").Split("Content-Type: application/http\r\n");
        for (var i = 1; i < parts.Length; i++)
        {
            if (VersionRow.Match(parts[i]) is { Success: true } row)
            {
                var keys = $"PartitionKey='{Value(parts[i], "PartitionKey")}',RowKey='{row.Groups[1].Value}'";
                parts[i] = Insert.Replace(parts[i], $"PUT $1({keys}) HTTP/1.1");
            }
        }

        return string.Join("Content-Type: application/http\r\n", parts);

        static string Value(string json, string name) => Regex.Match(json, $"\"{name}\":\"([^\"]*)\"").Groups[1].Value;
    }

    [GeneratedRegex("If-Match: W/[^\r]*", RegexOptions.CultureInvariant)]
    private static partial Regex EntityTag { get; }

    [GeneratedRegex("\"RowKey\":\"(v:[^\"]*)\"", RegexOptions.CultureInvariant)]
    private static partial Regex VersionRow { get; }

    [GeneratedRegex("POST (http[^ ?]*)[^ ]* HTTP/1.1", RegexOptions.CultureInvariant)]
    private static partial Regex Insert { get; }
}
