using AtpKeyserver.Accounts;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>The timer completes deletions that were interrupted anywhere, and deleted data stays deleted.</summary>
public sealed class DeletionTests : IAsyncLifetime, IDisposable
{
    private readonly Backing _backing = new();
    private Instance _instance = null!;
    private string _alice = "";
    private string _bob = "";
    private string _carol = "";

    private string Friends => $"{_alice}#friends";

    private string Family => $"{_alice}#family";

    private string BobsGroup => $"{_bob}#work";

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _instance = _backing.Start();
        await BeginAsync();
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _backing.DisposeAsync();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_deletion_of_a_group_can_be_interrupted_at_any_call(bool answerIsLost)
    {
        var calls = 0;
        for (var crashed = true; crashed; calls++)
        {
            var group = $"{_alice}#g{calls}{answerIsLost}";
            var old = await _instance.ReadAsync(_alice, group);
            await _instance.AddAsync(_alice, group, _bob);
            using var transport = new CrashingTransport();
            await using var doomed = _backing.Start(transport);
            await doomed.ReadAsync(_alice, group);
            transport.CrashAfter(calls, answerIsLost);
            var answered = await AnswersAsync(
                () => doomed.Get<GroupDeletion>().DeleteAsync(Instance.CallerOf(_alice), Instance.Id(group), default));
            crashed = transport.HasCrashed;

            await TimerAsync();
            var (key, version) = await _instance.ReadAsync(_alice, group);
            var isGone = version == 2;
            Assert.Equal(!isGone, key == old.Key);
            if (answered)
                Assert.True(isGone);
            if (isGone)
            {
                await RefusedAsync(ErrorName.Forbidden, () => _instance.ReadAsync(_bob, group));
                await RefusedAsync(ErrorName.KeyVersionNotFound, () => _instance.ReadAsync(_alice, group, 1));
                await _instance.AddAsync(_alice, group, _bob);
            }

            Assert.Equal(key, (await _instance.ReadAsync(_bob, group)).Key);
        }

        Assert.InRange(calls, 8, 100);
        Assert.Empty(await RowsAsync("unfinished"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_deletion_of_an_account_can_be_interrupted_at_any_call(bool answerIsLost)
    {
        var calls = 0;
        for (var crashed = true; crashed; calls += CrashingTransport.Step(calls))
        {
            await BeginAsync();
            using var transport = new CrashingTransport();
            await using var doomed = _backing.Start(transport);
            await KeypairAsync(doomed);
            transport.CrashAfter(calls, answerIsLost);
            var answered =
                await AnswersAsync(() => doomed.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(_alice), default));
            crashed = transport.HasCrashed;

            await TimerAsync();
            if (answered || await IsDeletedAsync())
                await VerifyNothingRemainsAsync();
            else
                Assert.Equal(2, await KeypairAsync(_instance));
        }

        Assert.InRange(calls, 20, 300);
    }

    [Fact]
    public async Task A_deleted_account_can_be_recreated_after_two_hours_and_keeps_counting()
    {
        var before = await _instance.ReadAsync(_alice, Friends);
        await DeleteAsync();
        await TimerAsync();
        foreach (var minutes in new[] { 1, 100 })
        {
            _backing.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await RefusedAsync(ErrorName.AccountDeleted, () => KeypairAsync(_instance));
            await RefusedAsync(ErrorName.AccountDeleted, () => _instance.ReadAsync(_alice, Friends));
        }

        _backing.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(3, await KeypairAsync(_instance));
        await RefusedAsync(ErrorName.KeyVersionNotFound, () => KeypairAsync(_instance, 2));
        var after = await _instance.ReadAsync(_alice, Friends);
        Assert.Equal(2, after.Version);
        Assert.NotEqual(before.Key, after.Key);
        await RefusedAsync(ErrorName.KeyVersionNotFound, () => _instance.ReadAsync(_alice, Friends, 1));
        await RefusedAsync(ErrorName.Forbidden, () => _instance.ReadAsync(_bob, Friends));
        await RefusedAsync(ErrorName.Forbidden, () => _instance.ReadAsync(_alice, BobsGroup));

        await DeleteAsync();
        await TimerAsync();
        _backing.Clock.Advance(TimeSpan.FromHours(3));
        Assert.Equal(4, await KeypairAsync(_instance));
        Assert.Equal(3, (await _instance.ReadAsync(_alice, Friends)).Version);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_public_key_of_a_deleted_account_stays_absent(bool isProbe)
    {
        await DeleteAsync();
        await TimerAsync();
        foreach (var days in new[] { 0, 1, 400 })
        {
            _backing.Clock.Advance(TimeSpan.FromDays(days));
            await RefusedAsync(ErrorName.KeyVersionNotFound, () => _instance.Get<PublicKeys>().GetAsync(
                Instance.DidOf(_alice), null, isProbe, ClientAddress.Unknown, default));
            await VerifyNothingRemainsAsync();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_member_added_by_a_deleted_delegate_shows_an_erased_account(bool isFormer)
    {
        if (isFormer)
            await _instance.Get<GroupDelegates>()
                .RemoveAsync(Instance.CallerOf(_bob), Instance.Id(BobsGroup), Instance.DidOf(_alice), default);
        Assert.Equal(_alice, (await MembersAsync(_bob, BobsGroup)).Single(member => member.Did == _carol).AddedBy);
        await DeleteAsync();
        var left = Assert.Single(await MembersAsync(_bob, BobsGroup));
        Assert.Equal((_carol, Did.Erased), (left.Did, left.AddedBy));
    }

    [Fact]
    public async Task An_account_is_not_recreated_before_its_last_row_is_removed()
    {
        using var transport = new CrashingTransport();
        await using var doomed = _backing.Start(transport);
        await KeypairAsync(doomed);
        transport.CrashAfter(12, answerIsLost: false);
        await AnswersAsync(() => doomed.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(_alice), default));
        _backing.Clock.Advance(TimeSpan.FromHours(3));
        await RefusedAsync(ErrorName.AccountDeleted, () => KeypairAsync(_instance));
        await TimerAsync();
        Assert.Equal(3, await KeypairAsync(_instance));
    }

    [Fact]
    public async Task Instances_with_warm_caches_create_nothing_for_an_account_that_is_being_deleted()
    {
        for (var round = 0; round < 5; round++)
        {
            using var test = new DeletionTests();
            await test.InitializeAsync();
            await using var other = test._backing.Start();
            await test.KeypairAsync(other);
            await other.ReadAsync(test._alice, test.Friends);
            var alice = Instance.CallerOf(test._alice);
            var made = 0;
            using var stop = new CancellationTokenSource();
            Func<Task>[] calls =
            [
                () => other.Get<AccountKeypairs>().RotateAsync(alice, null, null, default),
                () => other.Get<AccountKeypairs>().GetAsync(alice, null, isProbe: false, default),
                () => other.Get<GroupRotation>().RotateAsync(alice, Instance.Id(test.Friends), null, null, default),
                () => other.ReadAsync(test._alice, $"{test._alice}#new{Interlocked.Increment(ref made)}"),
                () => other.AddAsync(test._alice, test.Family, test._backing.NewDid()),
                () => other.AddAsync(test._bob, test.BobsGroup, test._backing.NewDid()),
            ];
            var racers = calls.Select(call => Task.Run(async () =>
            {
                while (!stop.IsCancellationRequested)
                    await AnswersAsync(call);
            })).ToArray();
            await Task.Delay(50 * round);
            await test.DeleteAsync();
            await Task.Delay(100);
            await stop.CancelAsync();
            await Task.WhenAll(racers);

            await test.TimerAsync();
            await test.VerifyNothingRemainsAsync();
            await RefusedAsync(ErrorName.AccountDeleted, () => test.KeypairAsync(other));
            await test.DisposeAsync();
        }
    }

    [Fact]
    public async Task Two_instances_that_delete_an_account_concurrently_count_everything_once()
    {
        var groups = Enumerable.Range(0, 110).Select(i => $"{_backing.NewDid()}#g{i}").ToArray();
        await Parallel.ForEachAsync(groups, async (group, _) =>
        {
            var owner = group[..group.IndexOf('#', StringComparison.Ordinal)];
            await _instance.ReadAsync(owner, group);
            await _instance.AddAsync(owner, group, _alice);
        });
        await using var other = _backing.Start();
        await Task.WhenAll(DeleteAsync(_instance), DeleteAsync(other), DeleteAsync(other));
        var progress = await DeleteAsync();
        Assert.Equal(new DeletionProgress(
            IsComplete: true, KeypairVersions: 2, Groups: 2, Memberships: 111, Delegations: 1), progress);
        await TimerAsync();
        await VerifyNothingRemainsAsync();
        Assert.Equal(progress, await DeleteAsync());
    }

    [Fact]
    public async Task A_second_deletion_of_an_account_waits_for_the_first()
    {
        using var transport = new HeldTransport();
        await using var instance = _backing.Start(transport);
        var again = Task.CompletedTask;
        var wentAlone = false;
        // The first run is paused at its first index read; a second concurrent run would complete.
        transport.Hold(call => IsOfPartition(call, "memberships"), async () =>
        {
            again = DeleteAsync(instance);
            wentAlone = await Task.WhenAny(again, Task.Delay(TimeSpan.FromSeconds(1))) == again;
        });
        await DeleteAsync(instance);
        await again;
        Assert.True(transport.WasHeld);
        Assert.False(wentAlone);
    }

    [Fact]
    public async Task Work_beyond_the_deadline_of_a_call_is_left_to_the_timer()
    {
        using var transport = new HeldTransport();
        await using var instance = _backing.Start(transport);
        transport.Hold(call => IsOfPartition(call, "memberships"), () =>
        {
            _backing.Clock.AdvanceSeconds(5);
            return Task.CompletedTask;
        });
        Assert.False((await DeleteAsync(instance)).IsComplete);
        Assert.True(transport.WasHeld);
        await TimerAsync();
        await VerifyNothingRemainsAsync();
        Assert.True((await DeleteAsync()).IsComplete);
    }

    [Fact]
    public async Task A_row_planted_in_an_index_deletes_no_foreign_group_and_stops_no_deletion()
    {
        var foreign = await PartitionOfAsync(BobsGroup);
        var account = await _instance.Get<PartitionKeys>().OfAsync(Instance.DidOf(_alice), default);
        await Memberships.AddEntityAsync(
            new TableEntity(account, $"owner:{foreign}~{account[..8]}") { ["Group"] = foreign });
        var key = (await _instance.ReadAsync(_bob, BobsGroup)).Key;
        await DeleteAsync();
        Assert.Equal(key, (await _instance.ReadAsync(_bob, BobsGroup)).Key);
        await TimerAsync();
        await VerifyNothingRemainsAsync();
    }

    [Theory]
    [InlineData("owner:x", "x")]
    [InlineData("member:x", "x")]
    [InlineData("member:y", "a/b")]
    [InlineData("delegate:x", 7)]
    [InlineData("~progress", "x")]
    public async Task A_row_planted_in_an_account_does_not_stop_its_erasure(string row, object group)
    {
        var account = await _instance.Get<PartitionKeys>().OfAsync(Instance.DidOf(_alice), default);
        await Memberships.AddEntityAsync(new TableEntity(account, $"{row}~{account[..8]}") { ["Group"] = group });
        Assert.True(await AnswersAsync(() => DeleteAsync()));
        await TimerAsync();
        await VerifyNothingRemainsAsync();
        _backing.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(3, await KeypairAsync(_instance));
    }

    [Theory]
    [InlineData("m:x")]
    [InlineData("m:x~x")]
    [InlineData("d:x")]
    [InlineData("e:x")]
    public async Task A_row_planted_in_a_group_does_not_stop_its_erasure(string row)
    {
        var table = new TableServiceClient(_backing.ConnectionString).GetTableClient("groups");
        await table.AddEntityAsync(new TableEntity(await PartitionOfAsync(Friends), row));
        await _instance.Get<GroupDeletion>().DeleteAsync(Instance.CallerOf(_alice), Instance.Id(Friends), default);
        await TimerAsync();
        Assert.Equal(2, (await _instance.ReadAsync(_alice, Friends)).Version);
    }

    [Theory]
    [InlineData("groups", "x", "x")]
    [InlineData("groups", "00000000000000000000000000000000", 7)]
    [InlineData("accounts", "x", "x")]
    public async Task A_planted_deletion_does_not_block_other_deletions(string kind, string partition, object owner)
    {
        using var transport = new CrashingTransport();
        await using var doomed = _backing.Start(transport);
        await KeypairAsync(doomed);
        transport.CrashAfter(12, answerIsLost: false);
        await AnswersAsync(() => DeleteAsync(doomed));
        var table = new TableServiceClient(_backing.ConnectionString).GetTableClient("unfinished");
        await table.AddEntityAsync(new TableEntity(kind, partition) { ["Owner"] = owner });
        await TimerAsync();
        await VerifyNothingRemainsAsync();
    }

    [Theory]
    [InlineData("head")]
    [InlineData("v:")]
    public async Task A_tampered_keypair_does_not_stop_the_erasure_of_its_account(string prefix)
    {
        var account = await _instance.Get<PartitionKeys>().OfAsync(Instance.DidOf(_alice), default);
        var table = new TableServiceClient(_backing.ConnectionString).GetTableClient("accounts");
        var row = (await RowsAsync("accounts")).First(
            found => found.PartitionKey == account && found.RowKey.StartsWith(prefix, StringComparison.Ordinal));
        row["Other"] = 1;
        await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
        await DeleteAsync();
        await TimerAsync();
        await VerifyNothingRemainsAsync();
        _backing.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(3, await KeypairAsync(_instance));
    }

    [Fact]
    public async Task A_tampered_group_does_not_stop_the_erasure_of_a_member()
    {
        var partition = await PartitionOfAsync(BobsGroup);
        var groups = new TableServiceClient(_backing.ConnectionString).GetTableClient("groups");
        var head = (await RowsAsync("groups"))
            .Single(row => row.PartitionKey == partition && row.RowKey.StartsWith("head", StringComparison.Ordinal));
        head["Epoch"] = 99L;
        await groups.UpdateEntityAsync(head, head.ETag, TableUpdateMode.Replace);
        await DeleteAsync();
        await TimerAsync();
        Assert.DoesNotContain(
            await RowsAsync("groups"), row => row.Any(cell => cell.Value is string text && text == _alice));
    }

    [Fact]
    public async Task A_late_sweep_does_not_touch_a_recreated_group()
    {
        using var transport = new HeldTransport();
        await using var slow = _backing.Start(transport);
        await slow.ReadAsync(_alice, Friends);
        (string Key, int Version) anew = default;
        transport.Hold(call => IsOfPartition(call, "groups"), async () =>
        {
            await _instance.Get<Deletions>().FinishAsync(default);
            anew = await _instance.ReadAsync(_alice, Friends);
            await _instance.AddAsync(_alice, Friends, _bob);
        });
        await slow.Get<GroupDeletion>().DeleteAsync(Instance.CallerOf(_alice), Instance.Id(Friends), default);

        Assert.True(transport.WasHeld);
        Assert.Equal(2, anew.Version);
        Assert.Equal(anew, await _instance.ReadAsync(_bob, Friends));
        await _instance.Get<GroupRotation>()
            .RotateAsync(Instance.CallerOf(_alice), Instance.Id(Friends), null, null, default);
        Assert.Equal(anew, await _instance.ReadAsync(_alice, Friends, 2));
    }

    [Theory]
    [InlineData("accounts")]
    [InlineData("memberships")]
    public async Task A_late_sweep_does_not_touch_a_recreated_account(string table)
    {
        using var doomed = new CrashingTransport();
        await using (var first = _backing.Start(doomed))
        {
            await KeypairAsync(first);
            doomed.CrashAfter(12, answerIsLost: false);
            await AnswersAsync(() => DeleteAsync(first));
        }

        _backing.Clock.Advance(TimeSpan.FromHours(3));
        using var transport = new HeldTransport();
        await using var slow = _backing.Start(transport);
        transport.Hold(call => IsOfPartition(call, table), async () =>
        {
            await TimerAsync();
            Assert.Equal(3, await KeypairAsync(_instance));
            await _instance.ReadAsync(_alice, Friends);
        });
        await slow.Get<Deletions>().FinishAsync(default);

        Assert.True(transport.WasHeld);
        Assert.Equal(3, await KeypairAsync(_instance, 3));
        await _instance.Get<AccountKeypairs>().RotateAsync(Instance.CallerOf(_alice), null, null, default);
        Assert.Equal(3, await KeypairAsync(_instance, 3));
        var groups = await _instance.Get<GroupsOfAccount>()
            .ListAsync(Instance.DidOf(_alice), Groups.Rows.Memberships.Owner, 100, null, default);
        Assert.Equal(Friends, Assert.Single(groups.Entries).Group.Id.Value);
    }

    /// <summary>
    /// New accounts: Alice has a keypair with two versions, and two groups, one with Bob and Carol; she is in Bob's
    /// group.
    /// </summary>
    private async Task BeginAsync()
    {
        (_alice, _bob, _carol) = (_backing.NewDid(), _backing.NewDid(), _backing.NewDid());
        await KeypairAsync(_instance);
        await _instance.Get<AccountKeypairs>().RotateAsync(Instance.CallerOf(_alice), null, null, default);
        await _instance.ReadAsync(_alice, Friends);
        await _instance.ReadAsync(_alice, Family);
        await _instance.ReadAsync(_bob, BobsGroup);
        await _instance.AddAsync(_alice, Friends, _bob);
        await _instance.AddAsync(_alice, Friends, _carol);
        await _instance.AddAsync(_bob, BobsGroup, _alice);
        await DelegateAsync(_alice, Friends, _carol);
        await DelegateAsync(_bob, BobsGroup, _alice);
        await _instance.AddAsync(_alice, BobsGroup, _carol);
    }

    private static bool IsOfPartition(string call, string table) =>
        call.StartsWith("GET", StringComparison.Ordinal)
        && call.Contains($"/{table}()?", StringComparison.Ordinal)
        && call.Contains("PartitionKey eq", StringComparison.Ordinal);

    private Task DelegateAsync(string owner, string group, string did) => _instance.Get<GroupDelegates>().AddAsync(
        Instance.CallerOf(owner), Instance.Id(group), Instance.DidOf(did), Permissions.AddMember, expires: null,
            default);

    private async Task<IReadOnlyList<GroupMember>> MembersAsync(string owner, string group) =>
        (await _instance.Get<GroupRoster>()
            .ListMembersAsync(Instance.CallerOf(owner), Instance.Id(group), 100, null, default)).Entries;

    public void Dispose() => _backing.Dispose();

    private TableClient Memberships => new TableServiceClient(_backing.ConnectionString).GetTableClient("memberships");

    private async Task<string> PartitionOfAsync(string group) =>
        await _instance.Get<PartitionKeys>().OfAsync(Instance.Id(group), default);

    private static async Task<bool> AnswersAsync(Func<Task> call)
    {
        try
        {
            await call();
            return true;
        }
        catch (Exception e) when (e is KeyserverException or InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task RefusedAsync(ErrorName error, Func<Task> call) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<KeyserverException>(call)).Error);

    private async Task<int> KeypairAsync(Instance instance, int? version = null)
    {
        var (found, seed) = await instance.Get<AccountKeypairs>()
            .GetAsync(Instance.CallerOf(_alice), version, isProbe: false, default);
        seed.Dispose();
        return found.Version;
    }

    private Task<DeletionProgress> DeleteAsync(Instance? instance = null) =>
        (instance ?? _instance).Get<AccountDeletion>().DeleteAsync(Instance.DidOf(_alice), default);

    /// <summary>
    /// Runs the timer late enough to process everything, twice, because the second run must find nothing.
    /// </summary>
    private async Task TimerAsync()
    {
        _backing.Clock.CatchUp();
        _backing.Clock.Advance(TimeSpan.FromMinutes(3));
        await _instance.Get<Deletions>().FinishAsync(default);
        await _instance.Get<Deletions>().FinishAsync(default);
    }

    private async Task<bool> IsDeletedAsync()
    {
        try
        {
            return await _instance.Get<AccountKeys>().ReadAsync(Instance.DidOf(_alice), default) is null;
        }
        catch (KeyserverException e) when (e.Error == ErrorName.AccountDeleted)
        {
            return true;
        }
    }

    /// <summary>No cell names Alice or is in one of her partitions, except tombstones and counts.</summary>
    private async Task VerifyNothingRemainsAsync()
    {
        var partitions = _instance.Get<PartitionKeys>();
        var account = await partitions.OfAsync(Instance.DidOf(_alice), default);
        var groups = new List<string>();
        foreach (var name in new[] { Friends, Family, $"{_alice}#new1", $"{_alice}#new2" })
            groups.Add(await partitions.OfAsync(Instance.Id(name), default));
        await foreach (var table in new TableServiceClient(_backing.ConnectionString).QueryAsync())
        {
            // Names accounts by their partition, and is emptied after three hours.
            if (table.Name == Tables.RecentDeletionsName)
                continue;
            foreach (var row in await RowsAsync(table.Name))
            {
                Assert.DoesNotContain(row, cell => $"{cell.Value}".Contains(_alice, StringComparison.Ordinal));
                if (row.PartitionKey == account)
                    Assert.Contains(row.RowKey.Split('~', StringSplitOptions.RemoveEmptyEntries)[0],
                        (string[])["account", "progress"]);
                else if (groups.Contains(row.PartitionKey))
                    Assert.Equal(("head", "deleted"), (row.RowKey[..4], row.GetString("State")));
                else
                    Assert.DoesNotContain(row, cell => $"{cell.Value}".Contains(account, StringComparison.Ordinal));
            }
        }

        await RefusedAsync(ErrorName.Forbidden, () => _instance.ReadAsync(_bob, Friends));
        await RefusedAsync(ErrorName.Forbidden, () => _instance.ReadAsync(_alice, BobsGroup));
    }

    private async Task<List<TableEntity>> RowsAsync(string table)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in new TableServiceClient(_backing.ConnectionString).GetTableClient(table)
            .QueryAsync<TableEntity>())
            rows.Add(row);
        return rows;
    }
}
