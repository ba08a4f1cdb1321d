using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>The app is killed and started again: every key that was given out is still there, and every change was made or was not.</summary>
public sealed class CrashTests(KeyserverFixture keyserver) : IClassFixture<KeyserverFixture>
{
    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();

    private string Group => $"{_alice}#friends";

    [Fact]
    public async Task A_crash_loses_no_key_that_was_given_out()
    {
        var before = await KeysAsync();
        await keyserver.Stack.Keyserver.KillAsync();
        await keyserver.Stack.Keyserver.RestartAsync();
        Assert.Equal(before, await KeysAsync());
        (await _api.PostAsync("keypair.rotate", _alice, new { expected_version = 1 })).Ok();
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Group, expected_version = 1 })).Ok();
    }

    [Fact]
    public async Task A_crash_in_the_middle_of_changes_leaves_each_made_or_not_made()
    {
        await KeysAsync();
        var rotations = Enumerable.Range(0, 50).Select(_ => TryRotateAsync()).ToList();
        await Task.WhenAny(rotations);
        await keyserver.Stack.Keyserver.KillAsync();
        var known = (await Task.WhenAll(rotations)).Where(answer => answer?.Status == 200).Select(answer => answer!.Int("newVersion")).ToList();
        await keyserver.Stack.Keyserver.RestartAsync();

        var active = (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok().Int("version");
        Assert.InRange(active, known.Max(), 51);
        var listed = (await _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group))).Ok().Json.GetProperty("versions");
        Assert.Equal(Enumerable.Range(1, active).Reverse(), listed.EnumerateArray().Select(version => version.GetProperty("version").GetInt32()));
        var keys = await Task.WhenAll(Enumerable.Range(1, active).Select(
            version => _api.GetAsync("group.getKey", _alice, ("group_id", Group), ("version", $"{version}"))));
        Assert.Equal(active, keys.Select(key => key.Ok().String("secretKey")).Distinct().Count());
    }

    [Fact]
    public async Task After_a_crash_in_the_middle_of_changes_the_log_has_a_row_for_every_change_that_was_made()
    {
        await KeysAsync();
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
        var made = (await _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group))).Ok().Json.GetProperty("versions").GetArrayLength();
        Assert.True(made > 1);
        await DrainAsync(storage, group);
        Assert.Equal(Enumerable.Range(1, made).Reverse(), await LoggedVersionsAsync());
        Assert.Empty(await EventsAsync(storage, group));
    }

    /// <summary>The timer leaves young events to the call that made them: until they are old enough, it is run again.</summary>
    private async Task DrainAsync(StorageView storage, string partition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        do
        {
            await Timers.StartAsync(_api, "DrainEvents");
            await Task.Delay(500, limit.Token);
        }
        while ((await EventsAsync(storage, partition)).Count > 0);
    }

    private static async Task<List<TableEntity>> EventsAsync(StorageView storage, string partition) =>
        await storage.Groups.QueryAsync<TableEntity>($"PartitionKey eq '{partition}' and RowKey ge 'e:' and RowKey lt 'e;'").ToListAsync();

    /// <summary>The versions whose making stands in the log.</summary>
    private async Task<List<int>> LoggedVersionsAsync()
    {
        var versions = new List<int>();
        for (string? cursor = null; versions.Count == 0 || cursor is not null;)
        {
            (string, string)[] more = cursor is null ? [] : [("cursor", cursor)];
            var page = (await _api.GetAsync("group.getAccessLog", _alice, [("group_id", Group), ("limit", "100"), .. more])).Ok().Json;
            versions.AddRange(page.GetProperty("entries").EnumerateArray()
                .Where(entry => entry.GetProperty("action").GetString() is "create" or "rotate")
                .Select(entry => entry.GetProperty("version").GetInt32()));
            cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }

        return versions;
    }

    /// <summary>Everything that can be read of Alice, made where it is missing.</summary>
    private async Task<string> KeysAsync()
    {
        var keypair = (await _api.GetAsync("keypair.getKeypair", _alice)).Ok();
        var key = (await _api.GetAsync("group.getKey", _alice, ("group_id", Group))).Ok();
        var versions = (await _api.GetAsync("group.listKeyVersions", _alice, ("group_id", Group))).Ok();
        return $"{keypair.Text} {key.Text} {versions.Text}";
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
