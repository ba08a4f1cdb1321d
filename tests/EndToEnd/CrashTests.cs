using System.Globalization;
using System.Text.RegularExpressions;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// The timer that moves events left by a crash into the access log; other crash tests are in <c>Crashes/</c>.
/// </summary>
public sealed partial class CrashTests(KeyserverFixture keyserver) : IClassFixture<KeyserverFixture>
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task After_a_crash_the_log_has_a_row_for_every_change_that_was_made()
    {
        (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        var storage = new StorageView(keyserver.Stack);
        for (var crash = 0; crash < 3; crash++)
        {
            var changes = Enumerable.Range(0, 40).Select(_ => TryRotateAsync()).ToList();
            await Task.WhenAny(changes);
            await keyserver.Stack.Keyserver.KillAsync();
            await Task.WhenAll(changes);
            await keyserver.Stack.Keyserver.RestartAsync();
        }

        var group = await storage.PartitionOfGroupAsync(Group);
        var made = (await _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group)))
            .Ok().Json.GetProperty("versions").GetArrayLength();
        Assert.True(made > 1);
        await DrainAsync(storage, group);
        Assert.Equal(Enumerable.Range(1, made).Reverse(), await LoggedVersionsAsync());
        Assert.Empty(await EventsAsync(storage, group));
    }

    /// <summary>
    /// The timer ignores events of the last 30 s, which belong to running calls. It runs on an instance whose storage
    /// reports them 40 s older.
    /// </summary>
    private async Task DrainAsync(StorageView storage, string partition)
    {
        var azurite = keyserver.Stack.Azurite;
        await using var proxy = await RecordingProxy.StartAsync(azurite.Endpoint);
        proxy.Between = async (call, send) =>
        {
            var answer = await send();
            if (call.Method == HttpMethod.Get
                && Uri.UnescapeDataString(call.RequestUri!.Query).Contains("'e:'", StringComparison.Ordinal))
                answer.Content = new StringContent(
                    Aged(await answer.Content.ReadAsStringAsync()), answer.Content.Headers.ContentType);
            return answer;
        };
        var through = azurite.ConnectionString.Replace(
            azurite.Endpoint.Authority, $"127.0.0.1:{proxy.Port}", StringComparison.Ordinal);
        var settings = new Dictionary<string, string> { ["Keyserver__Tables__ConnectionString"] = through };
        var instance = await keyserver.Stack.StartInstanceAsync(settings);
        using var api = new Api(keyserver.Stack, instance.Origin);
        await Timers.StartAsync(api, "DrainEvents");
        await Eventually.TrueAsync(async () => (await EventsAsync(storage, partition)).Count == 0);
        await instance.StopAsync();
    }

    private static string Aged(string rows) => Stamp.Replace(rows, stamp =>
    {
        var time = DateTimeOffset.Parse(stamp.Groups[1].Value, CultureInfo.InvariantCulture).AddSeconds(-40)
            .ToUniversalTime();
        return $"\"Timestamp\":\"{time:yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'}\"";
    });

    [GeneratedRegex("\"Timestamp\":\"([^\"]*)\"")]
    private static partial Regex Stamp { get; }

    private static async Task<List<TableEntity>> EventsAsync(StorageView storage, string partition) =>
        await storage.Groups.QueryAsync<TableEntity>(
            $"PartitionKey eq '{partition}' and RowKey ge 'e:' and RowKey lt 'e;'").ToListAsync();

    /// <summary>The versions whose creation is logged.</summary>
    private async Task<List<int>> LoggedVersionsAsync()
    {
        var versions = new List<int>();
        for (string? cursor = null; versions.Count == 0 || cursor is not null;)
        {
            (string, string)[] more = cursor is null ? [] : [("cursor", cursor)];
            var page =
                (await _api.GetAsync("group.getAccessLog", _alice, [("group_id", Group), ("limit", "100"), .. more]))
                .Ok().Json;
            versions.AddRange(page.GetProperty("entries").EnumerateArray()
                .Where(entry => entry.GetProperty("action").GetString() is "create" or "rotate")
                .Select(entry => entry.GetProperty("version").GetInt32()));
            cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }

        return versions;
    }

    private async Task<Answer?> TryRotateAsync()
    {
        try
        {
            return await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group });
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
