using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>
/// No account can block the erasure of another: by adding it to groups, by changing groups, or by its own deletion.
/// </summary>
public sealed class HostileAdderTests : IAsyncLifetime, IDisposable
{
    private readonly Backing _backing = new();
    private Instance _instance = null!;
    private string _alice = "";

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _instance = _backing.Start();
        _alice = _backing.NewDid();
        await KeypairAsync(_alice);
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    [Fact]
    public async Task Owners_that_keep_adding_an_account_do_not_stop_its_erasure()
    {
        const int owners = 5, groupsOfEach = 22;
        var groups = await GroupsAsync(owners, groupsOfEach);
        await Parallel.ForEachAsync(groups, async (group, _) => await AddAsync(_instance, group));
        await using var other = _backing.Start();
        using var stop = new CancellationTokenSource();
        var (tries, refused) = (0, 0);
        var adders = groups.Chunk(groupsOfEach).Select(own => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                if (await TryAddAsync(
                    i % 2 == 0 ? _instance : other, own[i / 2 % own.Length]) == ErrorName.MemberUnavailable)
                    Interlocked.Increment(ref refused);
                Interlocked.Increment(ref tries);
            }
        })).ToArray();
        await Eventually.TrueAsync(() => Volatile.Read(ref tries) > groups.Length);

        var progress = await DeleteAsync().WaitAsync(Eventually.Patience);
        while (!progress.IsComplete)
            progress = await DeleteAsync().WaitAsync(Eventually.Patience);
        Assert.InRange(progress.Memberships, groups.Length, 2 * groups.Length);
        var before = Volatile.Read(ref tries);
        await Eventually.TrueAsync(() => Volatile.Read(ref tries) > before + groups.Length);
        await TimerAsync();
        Assert.Equal(progress with { IsComplete = true }, await DeleteAsync());
        _backing.Clock.Advance(AccountTombstone.BlockTime);
        Assert.Equal(2, await KeypairAsync(_alice));
        Assert.True(Volatile.Read(ref refused) > groups.Length);

        await stop.CancelAsync();
        await Task.WhenAll(adders);
        // A recreated account can be added again.
        Assert.NotEqual(ErrorName.MemberUnavailable, await TryAddAsync(_instance, groups[0]));
    }

    [Fact]
    public async Task An_index_row_that_is_rewritten_constantly_does_not_block_the_others()
    {
        var groups = await GroupsAsync(owners: 1, groupsOfEach: 7);
        foreach (var group in groups)
            await AddAsync(_instance, group);
        var contested = await PartitionOfAsync(groups[3]);
        var isHostile = true;
        using var transport = new InterferingTransport((call, _) => isHostile && IsTransaction(call)
            ? _instance.Get<Groups.Rows.Memberships>()
                .PutAsync(Instance.DidOf(_alice), Groups.Rows.Memberships.Member, contested, default)
            : Task.CompletedTask);
        await using var sweeping = _backing.Start(transport);

        var progress = await DeleteAsync(sweeping).WaitAsync(Eventually.Patience);
        Assert.Equal((false, 6), (progress.IsComplete, progress.Memberships));
        Assert.Equal(contested, Assert.Single(await IndexAsync()).GetString("Group"));

        isHostile = false;
        await TimerAsync();
        Assert.Equal(new DeletionProgress(IsComplete: true, 1, 0, 7, 0), await DeleteAsync());
        Assert.Empty(await IndexAsync());
    }

    [Fact]
    public async Task A_group_that_is_changed_constantly_does_not_block_the_others()
    {
        var groups = await GroupsAsync(owners: 3, groupsOfEach: 1);
        foreach (var group in groups)
            await AddAsync(_instance, group);
        var isHostile = true;
        using var transport = new InterferingTransport((call, _) => isHostile && IsTransaction(call)
            ? _instance.Get<GroupRotation>()
                .RotateAsync(Instance.CallerOf(OwnerOf(groups[1])), Instance.Id(groups[1]), null, null, default)
            : Task.CompletedTask);
        await using var sweeping = _backing.Start(transport);

        var progress = await DeleteAsync(sweeping).WaitAsync(Eventually.Patience);
        Assert.Equal((false, 2), (progress.IsComplete, progress.Memberships));
        isHostile = false;
        await TimerAsync();
        Assert.Equal(3, (await DeleteAsync()).Memberships);
        Assert.Empty(await IndexAsync());
    }

    [Fact]
    public async Task The_key_rotation_skips_a_group_that_is_changed_constantly()
    {
        var group = Assert.Single(await GroupsAsync(owners: 1, groupsOfEach: 1));
        using var transport = new InterferingTransport((call, _) =>
            IsTransaction(call) ? _instance.AddAsync(OwnerOf(group), group, _backing.NewDid()) : Task.CompletedTask);
        await using var rotating = _backing.Start(transport);
        var later = _backing.Clock.GetUtcNow().AddDays(1);

        var failure = await Assert.ThrowsAsync<KeyserverException>(async () => await rotating.Get<GroupRotation>()
            .RotateOldAsync(await PartitionOfAsync(group), Instance.CallerOf(_alice), later, default)
                .WaitAsync(Eventually.Patience));
        Assert.Equal(ErrorName.UpstreamFailure, failure.Error);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refused_addition_leaves_the_index_unchanged(bool asDelegate)
    {
        var group = Assert.Single(await GroupsAsync(owners: 1, groupsOfEach: 1));
        await DeleteAsync();
        foreach (var wait in new[] { TimeSpan.Zero, AccountTombstone.BlockTime - TimeSpan.FromMinutes(5) })
        {
            _backing.Clock.Advance(wait);
            Assert.Equal(ErrorName.MemberUnavailable, await TryAddAsync(_instance, group, asDelegate));
            Assert.Empty(await IndexAsync());
            await TimerAsync();
        }

        _backing.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.Null(await TryAddAsync(_instance, group, asDelegate));
        if (!asDelegate)
            Assert.Equal(ErrorName.MemberAlreadyExists, await TryAddAsync(_instance, group));
        Assert.Single(await IndexAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_addition_checked_before_the_deletion_and_written_after_it_is_swept(bool asDelegate)
    {
        var group = Assert.Single(await GroupsAsync(owners: 1, groupsOfEach: 1));
        using var transport = new HeldTransport();
        await using var slow = _backing.Start(transport);
        transport.Hold(
            call => call.StartsWith("PUT", StringComparison.Ordinal)
                && call.Contains("/memberships(", StringComparison.Ordinal),
            async () => Assert.True((await DeleteAsync()).IsComplete));
        Assert.Null(await TryAddAsync(slow, group, asDelegate));
        Assert.True(transport.WasHeld);
        Assert.Single(await IndexAsync());
        await TimerAsync();
        Assert.Empty(await IndexAsync());
        Assert.DoesNotContain(await RowsAsync("groups"),
            row => row.Any(cell => $"{cell.Value}".Contains(_alice, StringComparison.Ordinal)));
        _backing.Clock.Advance(AccountTombstone.BlockTime);
        Assert.Equal(2, await KeypairAsync(_alice));
    }

    [Fact]
    public async Task Deletions_that_never_complete_do_not_block_others()
    {
        var accounts = new List<(string Partition, string Did)>();
        for (var i = 0; i < 9; i++)
        {
            var did = _backing.NewDid();
            await KeypairAsync(did);
            await DeleteAsync(_instance, did);
            accounts.Add((await PartitionOfAccountAsync(did), did));
        }

        // The last one in the storage's order.
        var other = accounts.Max();
        using var transport = new InterferingTransport((call, givenUp) =>
            accounts.Any(stalled => stalled != other && call.Contains(stalled.Partition, StringComparison.Ordinal))
                ? Task.Delay(Timeout.Infinite, givenUp)
                : Task.CompletedTask);
        await using var timer = _backing.Start(transport);
        _backing.Clock.CatchUp();
        _backing.Clock.Advance(TimeSpan.FromMinutes(3));
        using var stop = new CancellationTokenSource();
        var run = timer.Get<Deletions>().FinishAsync(stop.Token);
        await Eventually.TrueAsync(async () =>
        {
            _backing.Clock.AdvanceSeconds(1);
            return (await RowsAsync("unfinished")).All(row => row.RowKey != other.Partition);
        });
        Assert.Equal(8, (await RowsAsync("unfinished")).Count);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }

    private static bool IsTransaction(string call) => call.Contains("$batch", StringComparison.Ordinal);

    private static string OwnerOf(string group) => group[..group.IndexOf('#', StringComparison.Ordinal)];

    private async Task<string[]> GroupsAsync(int owners, int groupsOfEach)
    {
        var groups = new List<string>();
        for (var i = 0; i < owners; i++)
        {
            var owner = _backing.NewDid();
            for (var j = 0; j < groupsOfEach; j++)
            {
                groups.Add($"{owner}#g{j}");
                await _instance.ReadAsync(owner, groups[^1]);
            }
        }

        return [.. groups];
    }

    private Task AddAsync(Instance instance, string group) => instance.AddAsync(OwnerOf(group), group, _alice);

    /// <summary>The error, or null if the account was added.</summary>
    private async Task<ErrorName?> TryAddAsync(Instance instance, string group, bool asDelegate = false)
    {
        try
        {
            await (asDelegate
                ? instance.Get<GroupDelegates>().AddAsync(
                    Instance.CallerOf(OwnerOf(group)), Instance.Id(group), Instance.DidOf(_alice),
                        Permissions.AddMember, null, default)
                : AddAsync(instance, group));
            return null;
        }
        catch (KeyserverException e)
        {
            return e.Error;
        }
    }

    private Task<DeletionProgress> DeleteAsync(Instance? instance = null, string? did = null) =>
        (instance ?? _instance).Get<AccountDeletion>().DeleteAsync(Instance.DidOf(did ?? _alice), default);

    private async Task TimerAsync()
    {
        _backing.Clock.CatchUp();
        _backing.Clock.Advance(TimeSpan.FromMinutes(3));
        await _instance.Get<Deletions>().FinishAsync(default);
    }

    private async Task<int> KeypairAsync(string did)
    {
        var (found, seed) = await _instance.Get<AccountKeypairs>()
            .GetAsync(Instance.CallerOf(did), null, isProbe: false, default);
        seed.Dispose();
        return found.Version;
    }

    private async Task<List<TableEntity>> IndexAsync()
    {
        var account = await PartitionOfAccountAsync(_alice);
        return [.. (await RowsAsync("memberships"))
            .Where(row => row.PartitionKey == account && !row.RowKey.StartsWith('~'))];
    }

    private async Task<string> PartitionOfAsync(string group) =>
        await _instance.Get<PartitionKeys>().OfAsync(Instance.Id(group), default);

    private async Task<string> PartitionOfAccountAsync(string did) =>
        await _instance.Get<PartitionKeys>().OfAsync(Instance.DidOf(did), default);

    private async Task<List<TableEntity>> RowsAsync(string table)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in new TableServiceClient(_backing.ConnectionString).GetTableClient(table)
            .QueryAsync<TableEntity>())
            rows.Add(row);
        return rows;
    }
}
