using System.Diagnostics;
using System.Net;
using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>What a call for many keys costs, shows to strangers, and does when the storage fails.</summary>
public sealed class GetKeysStorageTests(GetKeysStorageTests.Instance instance)
    : IClassFixture<GetKeysStorageTests.Instance>, IDisposable
{
    private readonly Api _api = instance.Api;
    private readonly StorageView _view = new(instance.Stack);
    private readonly string _alice = instance.Api.NewAccount();
    private readonly string _bob = instance.Api.NewAccount();

    [Fact]
    public async Task A_hundred_groups_cost_a_head_each_and_a_log_transaction_per_lane()
    {
        var groups = await CreateGroupsAsync(100, member: _bob);
        (await GetKeysAsync(_bob, groups)).Ok();
        await _view.EventsAreDeletedAsync();
        instance.Storage.Take();
        Assert.All(Entries(await GetKeysAsync(_bob, groups)), entry => Assert.Null(entry.Error));
        var calls = instance.Storage.Take().Where(call => call != "GET accounts").ToList();
        Assert.Equal(100, calls.Count(call => call == "GET groups"));
        Assert.InRange(calls.Count(call => call != "GET groups"), 1, 4);
    }

    [Fact]
    public async Task Neighbouring_versions_share_a_query()
    {
        var group = Assert.Single(await CreateGroupsAsync(1));
        for (var rotation = 0; rotation < 30; rotation++)
            (await _api.PostAsync("group.rotateKey", _alice, new { group_id = group })).Ok();
        (await GetKeysAsync(_alice, [group])).Ok();
        instance.Storage.Take();
        string[] keys = [.. new[] { 1, 3, 12, 22, 23, 31 }.Select(version => $"{group}@{version}")];
        Assert.All(Entries(await GetKeysAsync(_alice, keys)), entry => Assert.Null(entry.Error));
        // The head, 1 to 12, 22 to 23; 31 is active.
        Assert.Equal(3, instance.Storage.Take().Count(call => call.StartsWith("GET groups", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task At_most_16_groups_are_read_at_once()
    {
        var groups = await CreateGroupsAsync(40);
        var (inside, most) = (0, 0);
        var gate = new object();
        instance.Storage.Between = async (request, send) =>
        {
            if (!IsOf(request, "groups"))
                return await send();
            lock (gate)
                most = Math.Max(most, ++inside);
            await Task.Delay(50);
            lock (gate)
                inside--;
            return await send();
        };
        Assert.All(Entries(await GetKeysAsync(_alice, groups)), entry => Assert.Null(entry.Error));
        Assert.InRange(most, 2, 16);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failing_or_hanging_group_fails_only_its_keys(bool hangs)
    {
        var groups = await CreateGroupsAsync(3);
        var partition = await _view.PartitionOfGroupAsync(groups[1]);
        instance.Storage.Between = async (request, send) =>
        {
            if (!Text(request).Contains(partition, StringComparison.Ordinal))
                return await send();
            if (hangs)
                await Task.Delay(TimeSpan.FromSeconds(20), Aborted(request)).ContinueWith(
                    _ => { }, TaskScheduler.Default);
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        };
        var since = Stopwatch.GetTimestamp();
        var entries = Entries(await GetKeysAsync(_alice, [.. groups, $"{groups[1]}@1", groups[0]]));
        // The limit of a group is 4 s, and that of the storage client longer.
        Assert.InRange(Stopwatch.GetElapsedTime(since), TimeSpan.Zero, TimeSpan.FromSeconds(5.5));
        Assert.Equal(
            [null, "UpstreamFailure", null, "UpstreamFailure", null], entries.Select(entry => entry.Error));
        instance.Storage.Between = null;
        Assert.All(Entries(await GetKeysAsync(_alice, groups)), entry => Assert.Null(entry.Error));
    }

    [Fact]
    public async Task Many_hanging_groups_leave_time_for_the_others()
    {
        var groups = await CreateGroupsAsync(20);
        var hanging = new HashSet<string>();
        foreach (var group in groups.Take(16))
            hanging.Add(await _view.PartitionOfGroupAsync(group));
        instance.Storage.Between = async (request, send) =>
        {
            if (hanging.Any(partition => Text(request).Contains(partition, StringComparison.Ordinal)))
                await Task.Delay(TimeSpan.FromSeconds(20), Aborted(request));
            return await send();
        };
        var entries = Entries(await GetKeysAsync(_alice, groups));
        Assert.All(entries.Take(16), entry => Assert.Equal("UpstreamFailure", entry.Error));
        Assert.All(entries.Skip(16), entry => Assert.Null(entry.Error));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_failing_or_hanging_lane_of_the_log_fails_only_its_keys(bool hangs)
    {
        var groups = await CreateGroupsAsync(30);
        (await GetKeysAsync(_alice, groups)).Ok();
        instance.Storage.Between = async (request, send) =>
        {
            if (request.Method == HttpMethod.Get || !(await BodyAsync(request)).Contains("lane1"))
                return await send();
            if (hangs)
                await Task.Delay(TimeSpan.FromSeconds(20), Aborted(request));
            return new HttpResponseMessage(HttpStatusCode.BadGateway);
        };
        var entries = Entries(await GetKeysAsync(_alice, groups));
        instance.Storage.Between = null;
        Assert.InRange(entries.Count(entry => entry.Error == "UpstreamFailure"), 1, 29);
        Assert.Equal([null, "UpstreamFailure"], entries.Select(entry => entry.Error).Distinct().Order());
        for (var i = 0; i < groups.Length; i++)
        {
            var reads = await CountReadsAsync(groups[i]);
            Assert.Equal(entries[i].Error is null ? 3 : hangs ? Math.Clamp(reads, 2, 3) : 2, reads);
        }
    }

    [Fact]
    public async Task If_no_key_can_be_read_the_call_fails_with_a_time_to_wait()
    {
        var groups = await CreateGroupsAsync(2);
        instance.Storage.Between = (request, send) => IsOf(request, "groups")
            ? Task.FromResult<HttpResponseMessage?>(new HttpResponseMessage(HttpStatusCode.ServiceUnavailable))
            : ForwardAsync(send);
        (await GetKeysAsync(_alice, groups)).Is(503, "UpstreamFailure");
    }

    [Fact]
    public async Task A_tampered_row_fails_only_its_keys_and_is_reported()
    {
        var groups = await CreateGroupsAsync(2);
        for (var rotation = 0; rotation < 3; rotation++)
            (await _api.PostAsync("group.rotateKey", _alice, new { group_id = groups[0] })).Ok();
        await ChangeAsync(groups[0], "v:0000000002", "Created", 1L);
        await ChangeAsync(groups[1], "head", "Epoch", 99L);
        var tampered = LinesOf("tampered");
        var entries = Entries(await GetKeysAsync(
            _alice, [groups[0], $"{groups[0]}@1", $"{groups[0]}@2", $"{groups[0]}@3", groups[1], $"{groups[1]}@1"]));
        Assert.Equal(
            [null, null, "InternalServerError", null, "InternalServerError", "InternalServerError"],
            entries.Select(entry => entry.Error));
        await Eventually.TrueAsync(() => LinesOf("tampered") == tampered + 2);
    }

    [Fact]
    public async Task A_group_that_is_deleted_during_the_call_is_not_found()
    {
        var groups = await CreateGroupsAsync(2);
        foreach (var group in groups)
            (await _api.PostAsync("group.rotateKey", _alice, new { group_id = group })).Ok();
        var partition = await _view.PartitionOfGroupAsync(groups[0]);
        using var other = new Api(instance.Stack);
        var deletions = 0;
        instance.Storage.Between = async (request, send) =>
        {
            if (Text(request).Contains($"{partition}',RowKey='v:", StringComparison.Ordinal)
                && Interlocked.Increment(ref deletions) == 1)
                (await other.PostAsync("group.delete", _alice, new { group_id = groups[0] })).Ok();
            return await send();
        };
        var entries = Entries(await GetKeysAsync(_alice, [groups[0], $"{groups[0]}@1", $"{groups[1]}@1"]));
        Assert.Equal(1, deletions);
        Assert.Equal([null, "GroupNotFound", null], entries.Select(entry => entry.Error));
    }

    [Fact]
    public async Task A_version_that_is_created_during_the_call_does_not_exist_for_it()
    {
        var group = Assert.Single(await CreateGroupsAsync(1));
        var partition = await _view.PartitionOfGroupAsync(group);
        using var other = new Api(instance.Stack);
        var rotations = 0;
        instance.Storage.Between = async (request, send) =>
        {
            var row = await send();
            if (Text(request).Contains($"{partition}',RowKey='head", StringComparison.Ordinal)
                && Interlocked.Increment(ref rotations) == 1)
                (await other.PostAsync("group.rotateKey", _alice, new { group_id = group })).Ok();
            return row;
        };
        var entries = Entries(await GetKeysAsync(_alice, [$"{group}@2", $"{group}@1"]));
        Assert.Equal(["KeyVersionNotFound", null], entries.Select(entry => entry.Error));
        Assert.Null(Assert.Single(Entries(await GetKeysAsync(_alice, [$"{group}@2"]))).Error);
    }

    [Fact]
    public async Task An_absent_group_takes_the_same_entry_and_storage_calls_as_a_foreign_one()
    {
        var groups = await CreateGroupsAsync(2);
        await _view.EventsAreDeletedAsync();
        var foreign = await CallAsync([groups[0], $"{groups[1]}@1"]);
        var unknown = await CallAsync([$"{_alice}#none00", $"{_alice}#none01@1"]);
        Assert.Equal(foreign, unknown);

        async Task<(string Answer, string Calls)> CallAsync(string[] keys)
        {
            var stranger = _api.NewAccount();
            instance.Storage.Take();
            var answer = (await GetKeysAsync(stranger, keys)).Ok().Text;
            for (var i = 0; i < keys.Length; i++)
                answer = answer.Replace(keys[i].Split('@')[0], $"group {i}", StringComparison.Ordinal);
            Assert.Equal(
                """{"keys":[{"groupId":"group 0","error":"Forbidden"},"""
                    + """{"groupId":"group 1","version":1,"error":"Forbidden"}]}""",
                answer);
            // Chance decides whether the two entries of the log share a transaction.
            var calls = instance.Storage.Take().Select(call =>
                call.StartsWith("GET", StringComparison.Ordinal) ? call : "write").Order().ToList();
            Assert.InRange(calls.RemoveAll(call => call == "write"), 1, 2);
            return (answer, string.Join(' ', calls));
        }
    }

    public void Dispose() => instance.Storage.Between = null;

    private static async Task<HttpResponseMessage?> ForwardAsync(Func<Task<HttpResponseMessage>> send) => await send();

    private static string Text(HttpRequestMessage request) =>
        Uri.UnescapeDataString(request.RequestUri!.AbsoluteUri);

    private static async Task<string> BodyAsync(HttpRequestMessage request)
    {
        if (request.Content is null)
            return Text(request);
        await request.Content.LoadIntoBufferAsync();
        return Text(request) + await request.Content.ReadAsStringAsync();
    }

    private static bool IsOf(HttpRequestMessage request, string table) =>
        Text(request).Contains($"/{table}(", StringComparison.Ordinal);

    private static CancellationToken Aborted(HttpRequestMessage request) =>
        request.Options.TryGetValue(RecordingProxy.Aborted, out var aborted) ? aborted : CancellationToken.None;

    private static List<(string? Key, string? Error)> Entries(Answer answer) =>
        [.. answer.Ok().Json.GetProperty("keys").EnumerateArray()
            .Select(entry => (Member(entry, "secretKey"), Member(entry, "error")))];

    private static string? Member(JsonElement entry, string name) =>
        entry.TryGetProperty(name, out var value) ? value.GetString() : null;

    private int LinesOf(string text) =>
        instance.Stack.Log.Lines.Count(line => line.Contains(text, StringComparison.Ordinal));

    private Task<Answer> GetKeysAsync(string caller, string[] keys) =>
        _api.GetAsync("group.getKeys", caller, [.. keys.Select(key => ("keys", key))]);

    private async Task<string[]> CreateGroupsAsync(int count, string? member = null)
    {
        string[] groups = [.. Enumerable.Range(0, count).Select(number => $"{_alice}#group{number:D2}")];
        await Task.WhenAll(groups.Select(async group =>
        {
            (await _api.GetAsync("group.getKey", _alice, ("group_id", group))).Ok();
            if (member is not null)
                (await _api.PostAsync("group.addMember", _alice, new { group_id = group, member_did = member })).Ok();
        }));
        return groups;
    }

    private async Task<int> CountReadsAsync(string group) =>
        (await _api.GetAsync("group.getAccessLog", _alice, ("group_id", group))).Ok().Json.GetProperty("entries")
            .EnumerateArray().Count(entry => entry.GetProperty("action").GetString() == "read");

    private async Task ChangeAsync(string group, string row, string column, object value)
    {
        var partition = await _view.PartitionOfGroupAsync(group);
        await foreach (var found in _view.Groups.QueryAsync<TableEntity>(
            $"PartitionKey eq '{partition}' and RowKey ge '{row}~' and RowKey lt '{row}~~'"))
        {
            found[column] = value;
            await _view.Groups.UpdateEntityAsync(found, found.ETag, TableUpdateMode.Replace);
            return;
        }

        throw new InvalidOperationException($"No row {row}.");
    }

    /// <summary>An instance behind a proxy to the storage.</summary>
    public sealed class Instance : IAsyncLifetime
    {
        public Stack Stack { get; private set; } = null!;

        public RecordingProxy Storage { get; private set; } = null!;

        public Api Api { get; private set; } = null!;

        public async Task InitializeAsync()
        {
            Stack = await Stack.StartAsync(new StackOptions
            {
                Environment = new Dictionary<string, string> { ["Keyserver__RateLimits__Enabled"] = "false" },
            });
            Storage = await RecordingProxy.StartAsync(Stack.Azurite.Endpoint);
            var through = Stack.Azurite.ConnectionString.Replace(
                Stack.Azurite.Endpoint.Authority, $"127.0.0.1:{Storage.Port}", StringComparison.Ordinal);
            var app = await Stack.StartInstanceAsync(
                new Dictionary<string, string>(Timers.Off) { ["Keyserver__Tables__ConnectionString"] = through });
            Api = new Api(Stack, app.Origin);
        }

        public async Task DisposeAsync()
        {
            Api.Dispose();
            await Storage.DisposeAsync();
            await Stack.DisposeAsync();
        }
    }
}
