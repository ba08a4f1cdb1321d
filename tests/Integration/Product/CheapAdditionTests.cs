using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>What the few requests of an addition depend on (docs/adr/0033), and that all else stays right.</summary>
public sealed class CheapAdditionTests : IAsyncLifetime, IDisposable
{
    private readonly Backing _backing = new();
    private readonly CountingTransport _calls = new();
    private Instance _instance = null!;
    private Instance _other = null!;
    private string _alice = "";

    private string Friends => $"{_alice}#friends";

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        (_instance, _other) = (_backing.Start(_calls), _backing.Start());
        _alice = _backing.NewDid();
        await _instance.ReadAsync(_alice, Friends);
        await AddAsync(_instance);
        _calls.Take();
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _other.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose()
    {
        _backing.Dispose();
        _calls.Dispose();
    }

    [Fact]
    public async Task The_owners_next_addition_makes_four_requests()
    {
        await AddAsync(_instance);
        Assert.Equal(
            ["GET recentdeletions", "PUT memberships", "POST $batch", "PUT accesslog"],
            _calls.Take().Select(Kind));
    }

    [Fact]
    public async Task A_change_by_another_instance_is_noticed()
    {
        await _other.Get<GroupRotation>().RotateAsync(
            Instance.CallerOf(_alice), Instance.Id(Friends), null, null, default);
        var member = await AddAsync(_instance);
        Assert.Equal(2, (await _other.ReadAsync(member, Friends)).Version);

        await _other.Get<GroupDeletion>().DeleteAsync(Instance.CallerOf(_alice), Instance.Id(Friends), default);
        await RefusedAsync(ErrorName.GroupNotFound, () => AddAsync(_instance));
    }

    [Fact]
    public async Task No_refusal_follows_from_a_former_head()
    {
        var member = await AddAsync(_instance);
        await _instance.Get<MemberRemovals>().RemoveAsync(
            Instance.CallerOf(member), Instance.Id(Friends), Instance.DidOf(member), rotate: false, default);
        await _other.Get<GroupDeletion>().DeleteAsync(Instance.CallerOf(_alice), Instance.Id(Friends), default);
        await RefusedAsync(ErrorName.GroupNotFound, () => _instance.AddAsync(_alice, Friends, member));
        await _other.ReadAsync(_alice, Friends);
        await _instance.AddAsync(_alice, Friends, member);
    }

    [Fact]
    public async Task A_member_is_not_added_twice_and_a_former_one_again()
    {
        var member = await AddAsync(_instance);
        await RefusedAsync(ErrorName.MemberAlreadyExists, () => _instance.AddAsync(_alice, Friends, member));
        await RemoveAsync(member);
        await _instance.AddAsync(_alice, Friends, member);
        await _instance.ReadAsync(member, Friends);
    }

    [Fact]
    public async Task The_next_change_deletes_the_events_of_the_last_one()
    {
        var first = Assert.Single(await EventsAsync());
        await AddAsync(_instance);
        Assert.NotEqual(first, Assert.Single(await EventsAsync()));
    }

    [Fact]
    public async Task Without_a_next_change_events_are_deleted_after_five_seconds()
    {
        await AddAsync(_instance);
        await Eventually.TrueAsync(async () =>
        {
            _backing.Clock.AdvanceSeconds(1);
            return (await EventsAsync()).Count == 0;
        });
        Assert.Equal(3, await LogEntriesAsync());
    }

    [Fact]
    public async Task An_event_that_is_gone_already_fails_no_change()
    {
        var left = Assert.Single(await EventsAsync());
        await Table("groups").DeleteEntityAsync(await PartitionAsync(), left);
        await AddAsync(_instance);
        Assert.Equal(
            [
                "GET recentdeletions", "PUT memberships", "POST $batch", "GET groups", "POST $batch",
                "PUT accesslog",
            ],
            _calls.Take().Select(Kind));
        Assert.Single(await EventsAsync());
        Assert.Equal(3, await LogEntriesAsync());
    }

    [Fact]
    public async Task A_read_of_the_log_or_a_stopped_instance_shows_no_event_twice()
    {
        Assert.Equal(2, await LogEntriesAsync());
        await _other.Get<PendingEvents>().DrainAsync(
            _other.Get<Tables>().Groups, await PartitionAsync(), default);
        Assert.Empty(await EventsAsync());
        Assert.Equal(2, await LogEntriesAsync());

        await AddAsync(_instance);
        await _instance.DisposeAsync();
        Assert.Empty(await EventsAsync());
        _instance = _backing.Start(_calls);
        Assert.Equal(3, await LogEntriesAsync());
    }

    [Fact]
    public async Task Another_instance_refuses_an_account_as_soon_as_it_is_deleted()
    {
        var bob = _backing.NewDid();
        await _other.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(bob), default);
        await RefusedAsync(ErrorName.MemberUnavailable, () => _instance.AddAsync(_alice, Friends, bob));
    }

    [Fact]
    public async Task Many_deletions_cost_additions_a_read_more_and_allow_nothing()
    {
        var table = Table("recentdeletions");
        await table.CreateIfNotExistsAsync();
        foreach (var rows in Enumerable.Range(0, RecentDeletionTable.MaxRows + 1).Chunk(100))
            await table.SubmitTransactionAsync(rows.Select(i => new TableTransactionAction(
                TableTransactionActionType.Add, new TableEntity("accounts", $"{i:x32}"))));
        var bob = _backing.NewDid();
        await _other.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(bob), default);
        for (var i = 0; i < 2; i++)
            await RefusedAsync(ErrorName.MemberUnavailable, () => _instance.AddAsync(_alice, Friends, bob));
        _calls.Take();
        await AddAsync(_instance);
        Assert.Equal("GET accounts", _calls.Take().Select(Kind).First());
    }

    [Fact]
    public async Task Deletions_are_forgotten_after_three_hours()
    {
        var bob = Instance.DidOf(_backing.NewDid());
        await _other.Get<AccountDeletion>().DeleteAsync(bob, default);
        var deletions = _other.Get<RecentDeletionTable>();
        _backing.Clock.CatchUp();
        _backing.Clock.Advance(TimeSpan.FromMinutes(179));
        await ForgetOldAsync();
        Assert.Single((await deletions.ReadAsync(default))!);
        _backing.Clock.Advance(TimeSpan.FromMinutes(2));
        // Its rows may appear until two minutes after the deletion, so no run has completed it yet.
        await ForgetOldAsync();
        Assert.Single((await deletions.ReadAsync(default))!);
        await _other.Get<AccountDeletion>().DeleteAsync(bob, default);
        await ForgetOldAsync();
        Assert.Empty((await deletions.ReadAsync(default))!);
    }

    [Fact]
    public async Task An_unfinished_deletion_blocks_additions_after_three_hours()
    {
        var bob = _backing.NewDid();
        await _other.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(bob), default);
        _backing.Clock.CatchUp();
        _backing.Clock.Advance(TimeSpan.FromHours(4));
        await ForgetOldAsync();
        await RefusedAsync(ErrorName.MemberUnavailable, () => _instance.AddAsync(_alice, Friends, bob));
    }

    [Fact]
    public async Task An_addition_to_a_deleted_group_writes_nothing()
    {
        await _instance.Get<GroupDeletion>().DeleteAsync(Instance.CallerOf(_alice), Instance.Id(Friends), default);
        _calls.Take();
        await RefusedAsync(
            ErrorName.GroupNotFound, () => _instance.AddAsync(_alice, Friends, _backing.NewDid()));
        Assert.DoesNotContain(_calls.Take(), call => Kind(call) is "PUT memberships");
    }

    [Fact]
    public async Task Instances_that_take_turns_read_the_head_instead_of_conflicting()
    {
        await AddAsync(_other);
        await AddAsync(_instance);
        for (var i = 0; i < 3; i++)
        {
            await AddAsync(_other);
            _calls.Take();
            await AddAsync(_instance);
            Assert.Equal(
                ["GET groups", "GET recentdeletions", "PUT memberships", "POST $batch", "PUT accesslog"],
                _calls.Take().Select(Kind));
        }
    }

    private Task ForgetOldAsync() => _other.Get<RecentDeletionTable>().ForgetOldAsync(
        async (account, cancellation) => await _other.Get<DeletionTable>()
            .FindAsync(DeletionTable.Accounts, account, cancellation) is not null,
        default);

    private static async Task RefusedAsync(ErrorName error, Func<Task> call) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<KeyserverException>(call)).Error);

    /// <summary>The verb and the table, without the account's name and days.</summary>
    private static string Kind(string call)
    {
        var (verb, path) = (call.Split(' ')[0], call.Split('?')[0].Split('/')[^1].Split('(')[0]);
        return $"{verb} {path.TrimEnd("0123456789".ToCharArray())}";
    }

    private TableClient Table(string name) => new TableServiceClient(_backing.ConnectionString).GetTableClient(name);

    private async Task<string> AddAsync(Instance instance)
    {
        var member = _backing.NewDid();
        await instance.AddAsync(_alice, Friends, member);
        return member;
    }

    private Task<int?> RemoveAsync(string member) => _other.Get<MemberRemovals>().RemoveAsync(
        Instance.CallerOf(_alice), Instance.Id(Friends), Instance.DidOf(member), rotate: false, default);

    private async Task<string> PartitionAsync() =>
        await _other.Get<KeyManagement.PartitionKeys>().OfAsync(Instance.Id(Friends), default);

    private async Task<List<string>> EventsAsync() =>
        await Table("groups").QueryAsync<TableEntity>(row => row.RowKey.CompareTo("e:") >= 0
            && row.RowKey.CompareTo("e;") < 0).Select(row => row.RowKey).ToListAsync();

    /// <summary>Entries of additions and creations.</summary>
    private async Task<int> LogEntriesAsync() => (await _other.Get<GroupLog>().ReadAsync(
        Instance.CallerOf(_alice), Instance.Id(Friends), 100, null, default))
        .Entries.Count(entry => entry.Action is "create" or "add_member");
}
