using System.Text;
using System.Text.Json.Nodes;
using AtpKeyserver.Tests.Support.Stored;

namespace AtpKeyserver.Tests.Integration.Golden;

/// <summary>
/// Gives the rows of a dump their recorded time stamps back when they are read. A storage stamps what is loaded into it with the time of loading,
/// and the server refuses such rows, as it should: they were put back. A row that was written since keeps the storage's stamp.
/// </summary>
internal sealed class RecordedStamps(Dump dump)
    : DelegatingHandler(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3) })
{
    private readonly Dictionary<(string, string, string), StoredRow> _recorded = dump.Rows.ToDictionary(row => row.Place);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
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
