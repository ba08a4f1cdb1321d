using System.Text;
using System.Text.Json.Nodes;
using AtpKeyserver.Tests.Support.Stored;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>
/// Restores the recorded timestamps of a dump's rows on reads. A storage stamps loaded rows with the time of loading,
/// so the server correctly refuses them as restored. A row that was written later keeps the storage's timestamp.
/// </summary>
internal sealed class RecordedStamps(Dump dump)
    : DelegatingHandler(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3) })
{
    private readonly Dictionary<(string, string, string), StoredRow> _recorded =
        dump.Rows.ToDictionary(row => row.Place);

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        if (request.Method != HttpMethod.Get || !answer.IsSuccessStatusCode)
            return answer;
        var table = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath).Split('/')[^1].Split('(')[0];
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken))!;
        foreach (var row in json["value"]?.AsArray() ?? [json])
        {
            if (row?["PartitionKey"] is { } partition
                && _recorded.TryGetValue((table, (string)partition!, (string)row["RowKey"]!), out var recorded)
                && recorded.Columns.TryGetValue("Mac", out var mac)
                && (string?)row["Mac"] == Convert.ToBase64String((byte[])mac))
                row["Timestamp"] = (string)recorded.ToOData()["Timestamp"]!;
        }

        answer.Content = new StringContent(json.ToJsonString(), Encoding.UTF8, "application/json");
        return answer;
    }
}
