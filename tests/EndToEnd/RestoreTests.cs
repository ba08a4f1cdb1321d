using System.Diagnostics;
using System.IO.Compression;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// The tables are copied, lost, and restored into another account. Data erased in the meantime stays erased.
/// </summary>
public sealed class RestoreTests(RestoreTests.Targets targets) : IClassFixture<RestoreTests.Targets>, IAsyncLifetime,
IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keyserver-copies-").FullName;
    private readonly string _other = targets.TakeAccount();
    private Stack _stack = null!;
    private Api _api = null!;
    private string _alice = "";
    private string _bob = "";
    private string _carol = "";

    private string Source => _stack.Azurite.ConnectionString;

    private string Copy => Path.Combine(_folder, "copy");

    private string Tombstones => Path.Combine(_folder, "tombstones");

    private string Friends => $"{_alice}#friends";

    private string Work => $"{_alice}#work";

    private string OfBob => $"{_bob}#club";

    public async Task InitializeAsync()
    {
        _stack = await Stack.StartAsync();
        _api = new Api(_stack);
        (_alice, _bob, _carol) = (_api.NewAccount(), _api.NewAccount(), _api.NewAccount());
    }

    public async Task DisposeAsync()
    {
        await _stack.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    public void Dispose() => _api.Dispose();

    [Fact]
    public async Task Copied_data_is_restored_and_data_erased_later_is_not()
    {
        var before = await MakeAsync();
        await ReadAtOnceAsync();
        var entries = await LogOfAsync(_api, Friends);
        Assert.Equal(0, await RunAsync(Source, "copy", Copy));

        // After the copy, one account and one group are deleted, and one account is created and deleted.
        (await _api.PostAsync("account.delete", _bob, new { confirmation = "DELETE_ALL_MY_DATA" })).Ok();
        (await _api.PostAsync("group.delete", _alice, new { group_id = Work })).Ok();
        var dave = _api.NewAccount();
        (await _api.GetAsync("keypair.getKeypair", dave)).Ok();
        (await _api.PostAsync("account.delete", dave, new { confirmation = "DELETE_ALL_MY_DATA" })).Ok();
        Assert.Equal(0, await RunAsync(Source, "tombstones", Tombstones));

        Assert.Equal(0, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones));
        using var restored = await StartOnAsync(_other);
        Assert.Equal(before.Keypair, (await restored.GetAsync("keypair.getKeypair", _alice)).Ok().String("privateKey"));
        Assert.Equal(before.First, (await ReadAsync(restored, _carol, Friends, 1)).Ok().String("secretKey"));
        Assert.Equal(before.Second, (await ReadAsync(restored, _carol, Friends)).Ok().String("secretKey"));
        Assert.Equal(entries, (await LogOfAsync(restored, Friends))[^entries.Count..]);
        Assert.Equal(3,
            (await restored.PostAsync("group.rotateKey", _alice, new { group_id = Friends })).Ok().Int("newVersion"));

        (await restored.GetAsync("keypair.getKeypair", _bob)).Is(403, "AccountDeleted");
        (await ReadAsync(restored, _carol, OfBob)).Is(403, "Forbidden");
        (await restored.GetAsync("keypair.getPublicKey", null, ("did", _bob))).Is(404, "KeyVersionNotFound");
        (await restored.GetAsync("keypair.getKeypair", dave)).Is(403, "AccountDeleted");
        (await restored.PostAsync("group.addMember", _alice, new { group_id = Friends, member_did = dave }))
            .Is(409, "MemberUnavailable");
        (await ReadAsync(restored, _alice, Work, 1)).Is(404, "GroupNotFound");

        // Nothing sealed for the erased account came back, and the timer removes the rest.
        await Timers.StartAsync(restored, "FinishDeletions");
        await WaitUntilNotNamedAsync(_bob);
        Assert.DoesNotContain(_stack.Log.Lines, line => line.Contains("row was restored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Without_tombstones_nothing_is_restored()
    {
        await MakeAsync();
        Assert.Equal(0, await RunAsync(Source, "copy", Copy));
        Assert.Equal(1, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones));
        Assert.Empty(await RowsAsync(_other));
    }

    /// <summary>
    /// A move to another region: the old service goes offline, the new one has other storage, the same DID and the same
    /// KEK.
    /// </summary>
    [Fact]
    public async Task A_moved_service_continues_with_the_same_state()
    {
        var before = await MakeAsync();
        var offline =
            await _stack.StartInstanceAsync(new Dictionary<string, string> { ["Keyserver__Mode"] = "Offline" });
        await _stack.Keyserver.StopAsync();
        using var old = new Api(_stack, offline.Origin);
        (await ReadAsync(old, _carol, Friends)).Is(503, "ServiceOffline");
        Assert.Equal(0, await RunAsync(Source, "copy", Copy));
        Assert.Equal(0, await RunAsync(Source, "tombstones", Tombstones));
        Assert.Equal(0, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones));
        await offline.StopAsync();
        await _stack.Azurite.KillAsync();

        using var moved = await StartOnAsync(_other);
        Assert.Equal(before.Second, (await ReadAsync(moved, _carol, Friends)).Ok().String("secretKey"));
        Assert.Equal(before.Keypair, (await moved.GetAsync("keypair.getKeypair", _alice)).Ok().String("privateKey"));
        (await moved.PostAsync(
            "group.removeMember", _alice, new { group_id = Friends, member_did = _carol, rotate = true })).Ok();
        (await ReadAsync(moved, _carol, Friends)).Is(403, "Forbidden");
    }

    /// <summary>Complete erasure: without the KEK, neither the tables nor a copy of them reveal anything.</summary>
    [Fact]
    public async Task Without_the_KEK_tables_and_copies_open_nothing()
    {
        await MakeAsync();
        Assert.Equal(0, await RunAsync(Source, "copy", Copy));
        Assert.Equal(0, await RunAsync(Source, "tombstones", Tombstones));
        // It has opened no shard key yet; without the vault it would not become healthy.
        using var cold = await StartOnAsync(Source);
        await KekAccess.PurgeAsync(_stack);
        Assert.Equal(1, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones));
        Assert.Empty(await RowsAsync(_other));
        (await ReadAsync(cold, _carol, Friends)).Is(503, "UpstreamFailure");
        (await cold.GetAsync("keypair.getKeypair", _alice)).Is(503, "UpstreamFailure");
    }

    [Fact]
    public async Task An_account_in_use_is_not_overwritten()
    {
        await MakeAsync();
        Assert.Equal(0, await RunAsync(Source, "copy", Copy));
        Assert.Equal(0, await RunAsync(Source, "tombstones", Tombstones));
        var rows = await RowsAsync(Source);
        Assert.Equal(1, await RunAsync(Source, "restore", Copy, "--tombstones", Tombstones));
        Assert.Equal(rows.Count, (await RowsAsync(Source)).Count);
    }

    [Fact]
    public async Task A_row_changed_before_the_copy_is_left_out_and_a_restore_can_be_repeated()
    {
        await MakeAsync();
        var storage = new StorageView(_stack);
        var friends = await storage.PartitionOfGroupAsync(Friends);
        var member = (await RowsAsync(Source)).Single(row =>
            row.PartitionKey == friends && row.RowKey.StartsWith("m:", StringComparison.Ordinal) && IsOf(row, _carol));
        member["AddedBy"] = "somebody";
        await storage.Groups.UpdateEntityAsync(member, member.ETag, TableUpdateMode.Replace);
        Assert.Equal(0, await RunAsync(Source, "copy", Copy));
        Assert.Equal(0, await RunAsync(Source, "tombstones", Tombstones));
        Assert.Equal(2, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones));
        var written = await RowsAsync(_other);

        // A complete restore is not overwritten; an interrupted one continues only with the same copy.
        Assert.Equal(1, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones, "--resume"));
        Assert.Equal(written.Count, (await RowsAsync(_other)).Count);
        var service = new TableServiceClient(_other);
        await service.GetTableClient("keyring").DeleteEntityAsync("keyring", "root");
        var mark = new TableEntity("restore", "restore") { ["Started"] = "yesterday" };
        await service.GetTableClient("unfinished").UpsertEntityAsync(mark);
        Assert.Equal(1, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones, "--resume"));
        await service.GetTableClient("unfinished").DeleteEntityAsync("restore", "restore");
        Assert.Equal(2, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones, "--resume"));
        Assert.Equal(written.Count, (await RowsAsync(_other)).Count);
        using var restored = await StartOnAsync(_other);
        (await ReadAsync(restored, _carol, Friends)).Is(403, "Forbidden");
        (await ReadAsync(restored, _alice, Friends)).Ok();
    }

    [Fact]
    public async Task Erased_accounts_stay_erased_when_the_copy_was_changed()
    {
        await MakeAsync();
        Assert.Equal(0, await RunAsync(Source, "copy", Copy));
        (await _api.PostAsync("account.delete", _bob, new { confirmation = "DELETE_ALL_MY_DATA" })).Ok();
        Assert.Equal(0, await RunAsync(Source, "tombstones", Tombstones));
        var accounts = Path.Combine(Copy, "accounts.jsonl.gz");
        string text;
        using (var whole = new StreamReader(new GZipStream(File.OpenRead(accounts), CompressionMode.Decompress)))
            text = await whole.ReadToEndAsync();
        await using (var file = new StreamWriter(new GZipStream(File.Create(accounts), CompressionMode.Compress)))
            await file.WriteAsync(text.Replace("\"active\"", "\"gone\"", StringComparison.Ordinal));

        Assert.Equal(2, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones));
        using var restored = await StartOnAsync(_other);
        (await restored.GetAsync("keypair.getKeypair", _bob)).Is(403, "AccountDeleted");
    }

    /// <summary>
    /// Inconsistencies in a copy of a running server, whose tables are read one after the other, and a truncated
    /// download.
    /// </summary>
    [Fact]
    public async Task Tables_copied_at_different_times_are_restored_consistently()
    {
        await MakeAsync();
        var storage = new StorageView(_stack);
        var (friends, work) = (await storage.PartitionOfGroupAsync(Friends), await storage.PartitionOfGroupAsync(Work));
        (await _api.PostAsync("group.delete", _alice, new { group_id = Work })).Ok();
        Assert.Equal(0, await RunAsync(Source, "tombstones", Tombstones));
        // The index was read before the members were added.
        var service = new TableServiceClient(_stack.Azurite.ConnectionString);
        foreach (var row in (await storage.AllAsync()).Where(row => row.Table == "memberships").Select(row => row.Row))
            await service.GetTableClient("memberships").DeleteEntityAsync(row.PartitionKey, row.RowKey);
        Assert.Equal(0, await RunAsync(Source, "copy", Copy));

        var groups = Path.Combine(Copy, "groups.jsonl.gz");
        File.Move(groups, groups + ".away");
        Assert.Equal(1, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones));
        Assert.Empty(await RowsAsync(_other));
        File.Move(groups + ".away", groups);

        Assert.Equal(0, await RunAsync(_other, "restore", Copy, "--tombstones", Tombstones));
        var indexed = (await RowsAsync(_other)).Where(row => row.TryGetValue("Group", out var group) && group is string)
            .ToArray();
        Assert.Equal(3, indexed.Count(row => row.GetString("Group") == friends));
        Assert.DoesNotContain(indexed, row => row.GetString("Group") == work);
        using var restored = await StartOnAsync(_other);
        (await restored.PostAsync("account.delete", _carol, new { confirmation = "DELETE_ALL_MY_DATA" })).Ok();
        await Timers.StartAsync(restored, "FinishDeletions");
        await WaitUntilNotNamedAsync(_carol);
    }

    private async Task<(string Keypair, string First, string Second)> MakeAsync()
    {
        var keypair = (await _api.GetAsync("keypair.getKeypair", _alice)).Ok().String("privateKey");
        (await _api.GetAsync("keypair.getKeypair", _bob)).Ok();
        var first = (await ReadAsync(_api, _alice, Friends)).Ok().String("secretKey");
        (await ReadAsync(_api, _alice, Work)).Ok();
        (await ReadAsync(_api, _bob, OfBob)).Ok();
        foreach (
            var (owner, group, member) in new[] { (_alice, Friends, _carol), (_alice, Friends, _bob),
            (_bob, OfBob, _carol) })
            (await _api.PostAsync("group.addMember", owner, new { group_id = group, member_did = member })).Ok();
        (await _api.PostAsync("group.rotateKey", _alice, new { group_id = Friends })).Ok();
        return (keypair, first, (await ReadAsync(_api, _carol, Friends)).Ok().String("secretKey"));
    }

    /// <summary>Until log entries share a row.</summary>
    private async Task ReadAtOnceAsync()
    {
        for (var tries = 0; tries < 20; tries++)
        {
            await Task.WhenAll(
                Enumerable.Range(0, 16).Select(async _ => (await ReadAsync(_api, _carol, Friends)).Ok()));
            var rows = (await new StorageView(_stack).AllAsync())
                .Where(row => row.Table.StartsWith("accesslog", StringComparison.Ordinal));
            // One entry takes some 200 bytes.
            if (rows.Any(row => row.Row["Details"] is byte[] { Length: > 1_000 }))
                return;
        }

        Assert.Fail("No log entries share a row.");
    }

    private async Task<List<string>> LogOfAsync(Api api, string group)
    {
        var entries = new List<string>();
        for (string? cursor = ""; cursor is not null;)
        {
            (string, string)[] from = cursor.Length == 0 ? [] : [("cursor", cursor)];
            var page =
                (await api.GetAsync("group.getAccessLog", _alice, [("group_id", group), ("limit", "100"), .. from]))
                .Ok().Json;
            entries.AddRange(page.GetProperty("entries").EnumerateArray().Select(entry => entry.GetRawText()));
            cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }

        return entries;
    }

    private static Task<Answer> ReadAsync(Api api, string caller, string group, int? version = null) => version is null
        ? api.GetAsync("group.getKey", caller, ("group_id", group))
        : api.GetAsync("group.getKey", caller, ("group_id", group), ("version", $"{version}"));

    private async Task<Api> StartOnAsync(string storage)
    {
        var instance = await _stack.StartInstanceAsync(new Dictionary<string, string>
        {
            ["Keyserver__Tables__ConnectionString"] = storage,
        });
        return new Api(_stack, instance.Origin);
    }

    private Task WaitUntilNotNamedAsync(string did) =>
        Eventually.TrueAsync(async () => !(await RowsAsync(_other)).Any(row => IsOf(row, did)));

    private static bool IsOf(TableEntity row, string did) => row.Select(column => column.Value).OfType<string>()
        .Any(text => text == did || text.StartsWith(did + "#", StringComparison.Ordinal));

    private static async Task<List<TableEntity>> RowsAsync(string storage)
    {
        var service = new TableServiceClient(storage);
        var rows = new List<TableEntity>();
        await foreach (var table in service.QueryAsync())
        {
            await foreach (var row in service.GetTableClient(table.Name).QueryAsync<TableEntity>())
                rows.Add(row);
        }

        return rows;
    }

    /// <summary>The exit status: 0, or an expected 1 or 2.</summary>
    private async Task<int> RunAsync(string storage, params string[] arguments)
    {
        var (ours, theirs) = (Path.Combine("tests", "EndToEnd"), Path.Combine("tools", "Copies"));
        var program = AppContext.BaseDirectory.Replace(ours, theirs, StringComparison.Ordinal);
        var start = new ProcessStartInfo("dotnet") { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in arguments.Prepend(Path.Combine(program, "AtpKeyserver.Copies.dll")))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in _stack.AppVariables)
            start.Environment[name] = value;
        start.Environment["Keyserver__Tables__ConnectionString"] = storage;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode is 0 or 1 or 2, output + await errors);
        return process.ExitCode;
    }

    /// <summary>One Azurite with an empty account for each test.</summary>
    public sealed class Targets : IAsyncLifetime
    {
        private const int Accounts = 32;

        private AzuriteProcess _azurite = null!;
        private int _taken = -1;

        /// <summary>The connection string.</summary>
        public string TakeAccount() => _azurite.ConnectionStringOf(Interlocked.Increment(ref _taken));

        public async Task InitializeAsync() => _azurite = await AzuriteProcess.StartAsync(otherAccounts: Accounts);

        public async Task DisposeAsync() => await _azurite.DisposeAsync();
    }
}
