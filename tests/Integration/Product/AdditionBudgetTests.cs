using AtpKeyserver.AccessLog;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Export;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>The limit of additions per pair of accounts, and the cost of many groups for the added account.</summary>
public sealed class AdditionBudgetTests : IAsyncLifetime, IDisposable
{
    private const int PerDay = 4;

    private readonly Backing _backing = new();
    private Instance _instance = null!;
    private Instance _other = null!;
    private string _alice = "";
    private string _bob = "";

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        var settings = new Dictionary<string, string?>
        {
            ["Keyserver:RateLimits:Enabled"] = "true",
            ["Keyserver:RateLimits:AdditionsPerDay"] = $"{PerDay}",
        };
        (_instance, _other) = (_backing.Start(settings: settings), _backing.Start(settings: settings));
        (_alice, _bob) = (_backing.NewDid(), _backing.NewDid());
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _other.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    [Fact]
    public async Task An_addition_to_a_group_that_another_instance_deleted_is_not_counted()
    {
        var groups = await GroupsAsync(_alice, 2);
        Assert.Null(await AddAsync(_instance, _alice, groups[0], _backing.NewDid()));
        await _other.Get<GroupDeletion>().DeleteAsync(Instance.CallerOf(_alice), Instance.Id(groups[0]), default);
        for (var i = 0; i <= PerDay; i++)
            Assert.Equal(ErrorName.GroupNotFound, await AddAsync(_instance, _alice, groups[0], _bob));
        Assert.Null(await AddAsync(_instance, _alice, groups[1], _bob));
    }

    [Fact]
    public async Task All_instances_share_the_count_of_each_pair_of_accounts()
    {
        var groups = await GroupsAsync(_alice, 10);
        var answers = await Task.WhenAll(
            groups.Select((group, i) => AddAsync(i % 2 == 0 ? _instance : _other, _alice, group, _bob, i % 3 == 0)));
        Assert.Equal(PerDay, answers.Count(answer => answer is null));
        Assert.All(answers, answer => Assert.True(answer is null or ErrorName.RateLimitExceeded, $"{answer}"));

        Assert.Null(await AddAsync(_instance, _alice, groups[0], _backing.NewDid()));
        var carol = _backing.NewDid();
        var hers = Assert.Single(await GroupsAsync(carol, 1));
        Assert.Null(await AddAsync(_instance, carol, hers, _bob));
    }

    [Fact]
    public async Task Only_successful_additions_count_and_each_day_is_separate()
    {
        var groups = await GroupsAsync(_alice, PerDay + 1);
        for (var i = 0; i < 2 * PerDay; i++)
            Assert.Equal(
                i == 0 ? null : ErrorName.MemberAlreadyExists, await AddAsync(_instance, _alice, groups[0], _bob));
        foreach (var group in groups.Skip(1).Take(PerDay - 1))
            Assert.Null(await AddAsync(_instance, _alice, group, _bob));
        var limited =
            await Assert.ThrowsAsync<RateLimitExceededException>(() => _instance.AddAsync(_alice, groups[^1], _bob));
        var untilTomorrow = TimeSpan.FromDays(1) - _backing.Clock.GetUtcNow().TimeOfDay;
        Assert.Equal((PerDay, $"{PerDay};w=86400"), (limited.Limit, limited.Policy));
        Assert.InRange(limited.RetryAfter!.Value - untilTomorrow, TimeSpan.Zero, TimeSpan.FromSeconds(1));

        _backing.Clock.Advance(untilTomorrow);
        Assert.Null(await AddAsync(_instance, _alice, groups[^1], _bob));
        Assert.Equal(2, await TablesAsync());
        _backing.Clock.Advance(TimeSpan.FromHours(2));
        await _instance.Get<AccessLogRetention>().RunAsync(default);
        Assert.Equal(1, await TablesAsync());
    }

    [Fact]
    public async Task A_refused_call_counts_nobody_and_members_need_no_budget()
    {
        var groups = await GroupsAsync(_alice, PerDay + 1);
        foreach (var group in groups.Take(PerDay))
            Assert.Null(await AddAsync(_instance, _alice, group, _bob));
        var carol = _backing.NewDid();
        for (var i = 0; i < 2 * PerDay; i++)
            await Assert.ThrowsAsync<RateLimitExceededException>(() => AddAllAsync(groups[^1], carol, _bob));
        Assert.Equal(2, (await AddAllAsync(groups[^1], carol, _backing.NewDid())).Count);
        // Bob is a member of the first group.
        Assert.Single(await AddAllAsync(groups[0], _bob, _backing.NewDid()));

        Task<IReadOnlyCollection<Did>> AddAllAsync(string group, params string[] members) =>
            _instance.Get<MemberAdditions>().AddAllAsync(
                Instance.CallerOf(_alice), Instance.Id(group), [.. members.Select(Instance.DidOf)], default);
    }

    [Fact]
    public async Task A_row_names_neither_account()
    {
        Assert.Null(await AddAsync(_instance, _alice, Assert.Single(await GroupsAsync(_alice, 1)), _bob));
        var partitions = _instance.Get<PartitionKeys>();
        string[] names = [_alice, _bob, await partitions.OfAsync(Instance.DidOf(_alice), default),
            await partitions.OfAsync(Instance.DidOf(_bob), default)];
        var table = new TableServiceClient(_backing.ConnectionString)
            .GetTableClient(_instance.Get<Tables>().Additions(_backing.Clock.GetUtcNow()).Name);
        var row = Assert.Single(await table.QueryAsync<TableEntity>().ToListAsync());
        Assert.DoesNotContain(row, cell => names.Any(name => $"{cell.Value}".Contains(name, StringComparison.Ordinal)));
    }

    /// <summary>
    /// Each index page takes 3 s here and no part of it is exported; each read has its own time limit.
    /// </summary>
    [Fact]
    public async Task An_export_reads_an_index_that_strangers_have_filled()
    {
        var mine = Assert.Single(await GroupsAsync(_alice, 1));
        Assert.Null(await AddAsync(_instance, _alice, mine, _bob));
        await FillIndexAsync(650);
        var pages = 0;
        using var transport = new InterferingTransport((call, _) =>
        {
            if (call.Contains("/memberships()?", StringComparison.Ordinal))
            {
                _backing.Clock.AdvanceSeconds(3);
                pages++;
            }

            return Task.CompletedTask;
        });
        await using var slow = _backing.Start(transport);
        using var export = new MemoryStream();
        await slow.Get<AccountExport>().WriteAsync(new Caller(Instance.DidOf(_bob)), export, default);
        Assert.Contains(mine, System.Text.Encoding.UTF8.GetString(export.ToArray()), StringComparison.Ordinal);
        Assert.InRange(pages, 9, 12);
    }

    [Fact]
    public async Task A_page_of_groups_costs_bounded_work_whatever_is_in_the_index()
    {
        await FillIndexAsync(650);
        var calls = 0;
        using var transport = new InterferingTransport((_, _) =>
        {
            Interlocked.Increment(ref calls);
            return Task.CompletedTask;
        });
        await using var counted = _backing.Start(transport);
        await counted.Get<GroupsOfAccount>().ListAsync(Instance.DidOf(_bob), null, 1, null, default);
        calls = 0;
        var page = await counted.Get<GroupsOfAccount>().ListAsync(Instance.DidOf(_bob), null, 100, null, default);
        Assert.NotNull(page.Next);
        // One page, and the head of each of its groups.
        Assert.Equal(101, calls);
    }

    /// <summary>Index rows of additions whose groups no longer exist.</summary>
    private async Task FillIndexAsync(int rows)
    {
        var account = await _instance.Get<PartitionKeys>().OfAsync(Instance.DidOf(_bob), default);
        var index = _instance.Get<Tables>().Memberships;
        foreach (var some in Enumerable.Range(0, rows)
            .Select(i => Groups.Rows.Memberships.Row(account, Groups.Rows.Memberships.Member, $"{i:x32}")).Chunk(100))
            await index.PutAllAsync(some, default);
    }

    private async Task<string[]> GroupsAsync(string owner, int count)
    {
        var groups = Enumerable.Range(0, count).Select(i => $"{owner}#g{i}").ToArray();
        foreach (var group in groups)
            await _instance.ReadAsync(owner, group);
        return groups;
    }

    private static async Task<ErrorName?> AddAsync(
        Instance instance, string owner, string group, string did, bool asDelegate = false)
    {
        try
        {
            await (asDelegate
                ? instance.Get<GroupDelegates>().AddAsync(
                    Instance.CallerOf(owner), Instance.Id(group), Instance.DidOf(did), Permissions.AddMember, null,
                        default)
                : instance.AddAsync(owner, group, did));
            return null;
        }
        catch (KeyserverException e)
        {
            return e.Error;
        }
    }

    private async Task<int> TablesAsync() => await new TableServiceClient(_backing.ConnectionString).QueryAsync()
        .CountAsync(table => table.Name.StartsWith(Tables.AdditionsPrefix, StringComparison.Ordinal));
}
