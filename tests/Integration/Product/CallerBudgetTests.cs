using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>
/// Calls that write permanent rows have their own budget: denied calls, groups created by reads, versions.
/// </summary>
public sealed class CallerBudgetTests : IAsyncLifetime, IDisposable
{
    private readonly Backing _backing = new();
    private Instance _instance = null!;
    private string _alice = "";
    private string _mallory = "";

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _instance = _backing.Start(settings: new Dictionary<string, string?>
        {
            ["Keyserver:RateLimits:Enabled"] = "true",
            ["Keyserver:RateLimits:DenialsPerMinute"] = "5",
            ["Keyserver:RateLimits:NewGroupsPerMinute"] = "4",
            ["Keyserver:RateLimits:RotationsPerHour"] = "3",
            ["Keyserver:RateLimits:WebDomainCallers"] = "100",
        });
        (_alice, _mallory) = (_backing.NewDid(), _backing.NewDid());
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _backing.DisposeAsync();
    }

    [Fact]
    public async Task A_stranger_over_the_budget_is_refused_before_a_row_is_written()
    {
        await _instance.ReadAsync(_alice, $"{_alice}#friends");
        var before = await LogRowsAsync();
        // Existing and absent groups look alike.
        var groups = Enumerable.Range(0, 20).Select(i => i % 2 == 0 ? $"{_alice}#friends" : $"{_alice}#none{i}")
            .ToList();
        var answers = new List<ErrorName>();
        foreach (var group in groups)
            answers.Add(
                (await Assert.ThrowsAnyAsync<KeyserverException>(() => _instance.ReadAsync(_mallory, group))).Error);
        Assert.Equal(Enumerable.Repeat(ErrorName.Forbidden, 5), answers[..5]);
        Assert.All(answers[5..], error => Assert.Equal(ErrorName.RateLimitExceeded, error));
        Assert.InRange(await LogRowsAsync() - before, 1, 5);

        var change = await Assert.ThrowsAsync<RateLimitExceededException>(
            () => _instance.Get<GroupRotation>()
                .RotateAsync(Instance.CallerOf(_mallory), Instance.Id(groups[0]), null, null, default));
        Assert.Equal("5;w=60", change.Policy);
        await _instance.ReadAsync(_alice, groups[0]);
    }

    [Fact]
    public async Task An_owner_creates_a_limited_number_of_groups_by_reading_them()
    {
        for (var i = 0; i < 4; i++)
            await _instance.ReadAsync(_alice, $"{_alice}#g{i}");
        var refusal =
            await Assert.ThrowsAsync<RateLimitExceededException>(() => _instance.ReadAsync(_alice, $"{_alice}#g4"));
        Assert.Equal("4;w=60", refusal.Policy);
        await _instance.ReadAsync(_alice, $"{_alice}#g0");
        await _instance.ReadAsync(_mallory, $"{_mallory}#g0");
        var indexed = await new TableServiceClient(_backing.ConnectionString).GetTableClient("memberships")
            .QueryAsync<TableEntity>().CountAsync();
        Assert.Equal(5, indexed);

        _backing.Clock.AdvanceSeconds(60);
        await _instance.ReadAsync(_alice, $"{_alice}#g4");
    }

    [Fact]
    public async Task Concurrent_first_calls_for_one_group_cost_one_unit()
    {
        var keys =
            await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => _instance.ReadAsync(_alice, $"{_alice}#friends")));
        Assert.Single(keys.Distinct());
        for (var i = 0; i < 3; i++)
            await _instance.ReadAsync(_alice, $"{_alice}#g{i}");
        await Assert.ThrowsAsync<RateLimitExceededException>(() => _instance.ReadAsync(_alice, $"{_alice}#g3"));
    }

    [Fact]
    public async Task Rotations_have_a_budget_that_removals_do_not_use()
    {
        var (alice, group) = (Instance.CallerOf(_alice), Instance.Id($"{_alice}#friends"));
        await _instance.ReadAsync(_alice, group.Value);
        await _instance.AddAsync(_alice, group.Value, _mallory);
        (await _instance.Get<AccountKeypairs>().GetAsync(alice, null, isProbe: false, default)).Seed.Dispose();
        await _instance.Get<GroupRotation>().RotateAsync(alice, group, null, null, default);
        // A conflict changes nothing and costs nothing.
        for (var i = 0; i < 5; i++)
        {
            var conflict = await Assert.ThrowsAsync<KeyserverException>(
                () => _instance.Get<GroupRotation>().RotateAsync(alice, group, 1, null, default));
            Assert.Equal(ErrorName.VersionConflict, conflict.Error);
        }

        await _instance.Get<GroupRotation>().RotateAsync(alice, group, null, null, default);
        await _instance.Get<AccountKeypairs>().RotateAsync(alice, null, null, default);
        await LimitedAsync(() => _instance.Get<GroupRotation>().RotateAsync(alice, group, null, null, default));
        await LimitedAsync(() => _instance.Get<AccountKeypairs>().RotateAsync(alice, null, null, default));
        await LimitedAsync(() => RemoveAsync(rotate: true));
        Assert.Equal(3, (await _instance.ReadAsync(_mallory, group.Value)).Version);

        await RemoveAsync(rotate: false);
        var refused = await Assert.ThrowsAsync<KeyserverException>(() => _instance.ReadAsync(_mallory, group.Value));
        Assert.Equal(ErrorName.Forbidden, refused.Error);
        _backing.Clock.Advance(TimeSpan.FromMinutes(20));
        Assert.Equal(
            4, (await _instance.Get<GroupRotation>().RotateAsync(alice, group, null, null, default)).NewVersion);

        Task<int?> RemoveAsync(bool rotate) =>
            _instance.Get<MemberRemovals>().RemoveAsync(alice, group, Instance.DidOf(_mallory), rotate, default);
    }

    [Fact]
    public async Task Delegates_that_use_up_their_rotations_do_not_block_the_owner()
    {
        var group = Instance.Id($"{_alice}#friends");
        await _instance.ReadAsync(_alice, group.Value);
        var rotated = 0;
        for (var i = 0; i < 3; i++)
        {
            var someone = _backing.NewDid();
            await _instance.Get<GroupDelegates>().AddAsync(
                Instance.CallerOf(_alice), group, Instance.DidOf(someone), Permissions.RotateKey, null, default);
            for (var call = 0; call < 3; call++)
                rotated += await IsDoneAsync(() => _instance.Get<GroupRotation>()
                    .RotateAsync(Instance.CallerOf(someone), group, null, null, default));
        }

        Assert.Equal(3, rotated);
        for (var call = 0; call < 3; call++)
            await _instance.Get<GroupRotation>().RotateAsync(Instance.CallerOf(_alice), group, null, null, default);
    }

    public void Dispose() => _backing.Dispose();

    private static async Task<int> IsDoneAsync(Func<Task> call)
    {
        try
        {
            await call();
            return 1;
        }
        catch (RateLimitExceededException)
        {
            return 0;
        }
    }

    private static async Task LimitedAsync(Func<Task> call) =>
        Assert.Equal("3;w=3600", (await Assert.ThrowsAsync<RateLimitExceededException>(call)).Policy);

    private async Task<int> LogRowsAsync()
    {
        var service = new TableServiceClient(_backing.ConnectionString);
        var rows = 0;
        await foreach (var table in service.QueryAsync(
            table => table.Name.CompareTo("accesslog") >= 0 && table.Name.CompareTo("accesslogz") < 0))
            rows += await service.GetTableClient(table.Name).QueryAsync<TableEntity>().CountAsync();
        return rows;
    }
}
