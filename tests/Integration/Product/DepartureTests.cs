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
/// An account that left a group cannot be added again for 30 days; the record of it is removed afterwards.
/// </summary>
public sealed class DepartureTests : IAsyncLifetime, IDisposable
{
    private readonly Backing _backing = new();
    private Instance _instance = null!;
    private Instance _other = null!;
    private string _alice = "";
    private string _bob = "";

    private string Friends => $"{_alice}#friends";

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        (_instance, _other) = (_backing.Start(), _backing.Start());
        (_alice, _bob) = (_backing.NewDid(), _backing.NewDid());
        await _instance.ReadAsync(_alice, Friends);
        await _instance.AddAsync(_alice, Friends, _bob);
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _other.DisposeAsync();
        await _backing.DisposeAsync();
    }

    public void Dispose() => _backing.Dispose();

    [Fact]
    public async Task For_thirty_days_nobody_can_add_it()
    {
        var carol = _backing.NewDid();
        await _instance.Get<GroupDelegates>().AddAsync(
            Instance.CallerOf(_alice), Instance.Id(Friends), Instance.DidOf(carol), Permissions.AddMember, null,
                default);
        await RemoveAsync(_instance, by: _bob);
        await _other.Get<GroupRotation>()
            .RotateAsync(Instance.CallerOf(_alice), Instance.Id(Friends), null, null, default);
        foreach (var wait in new[] { TimeSpan.Zero, GroupDeparture.BlockTime - TimeSpan.FromSeconds(1) })
        {
            _backing.Clock.Advance(wait);
            await _instance.Get<GroupDepartures>().ForgetOldAsync(default);
            foreach (var instance in new[] { _instance, _other })
            {
                foreach (var adder in new[] { _alice, carol })
                    Assert.Equal(ErrorName.MemberUnavailable, await TryAddAsync(instance, adder));
            }

            Assert.Equal(["left"], await IndexAsync());
        }

        _backing.Clock.AdvanceSeconds(1);
        Assert.Null(await TryAddAsync(_instance));
        await _instance.ReadAsync(_bob, Friends);
    }

    [Fact]
    public async Task An_account_that_the_owner_removed_can_be_added_again()
    {
        await RemoveAsync(_instance, by: _alice);
        Assert.Empty(await DeparturesAsync());
        Assert.Empty(await IndexAsync());
        Assert.Null(await TryAddAsync(_other));
    }

    [Theory]
    [InlineData("/memberships(")]
    [InlineData("$batch")]
    public async Task An_addition_that_began_before_the_departure_fails(string call)
    {
        await RemoveAsync(_instance, by: _alice);
        using var transport = new HeldTransport();
        await using var slow = _backing.Start(transport);
        transport.Hold(
            made => !made.StartsWith("GET", StringComparison.Ordinal) && made.Contains(call, StringComparison.Ordinal),
            async () =>
            {
                Assert.Null(await TryAddAsync(_instance));
                await RemoveAsync(_other, by: _bob);
            });
        Assert.Equal(ErrorName.MemberUnavailable, await TryAddAsync(slow));
        Assert.True(transport.WasHeld);
        await RefusedAsync(ErrorName.Forbidden, () => _instance.ReadAsync(_bob, Friends));
    }

    [Fact]
    public async Task A_recreated_group_is_a_different_group()
    {
        await RemoveAsync(_instance, by: _bob);
        await _instance.Get<GroupDeletion>().DeleteAsync(Instance.CallerOf(_alice), Instance.Id(Friends), default);
        Assert.Empty(await DeparturesAsync());
        Assert.Empty(await IndexAsync());
        await _instance.ReadAsync(_alice, Friends);
        Assert.Null(await TryAddAsync(_instance));
    }

    [Fact]
    public async Task The_record_is_deleted_with_the_account()
    {
        await RemoveAsync(_instance, by: _bob);
        Assert.Single(await DeparturesAsync());
        Assert.True(
            (await _instance.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(_bob), default)) is { IsComplete: true,
            Memberships: 0 });
        var account = await _instance.Get<PartitionKeys>().OfAsync(Instance.DidOf(_bob), default);
        foreach (var table in (string[])["groups", "memberships"])
        {
            Assert.DoesNotContain(
                await RowsAsync(table),
                row => !row.RowKey.StartsWith('~')
                    && row.Any(cell => $"{cell.Value}".Contains(account, StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task A_timer_removes_the_record_after_thirty_days()
    {
        await RemoveAsync(_instance, by: _bob);
        Assert.Equal(["left"], await IndexAsync());
        _backing.Clock.Advance(GroupDeparture.BlockTime);
        await Task.WhenAll(_instance.Get<GroupDepartures>().ForgetOldAsync(default),
            _other.Get<GroupDepartures>().ForgetOldAsync(default));
        Assert.Empty(await DeparturesAsync());
        Assert.Empty(await IndexAsync());
    }

    [Fact]
    public async Task A_late_timer_leaves_a_newer_record_alone()
    {
        await RemoveAsync(_instance, by: _bob);
        _backing.Clock.Advance(GroupDeparture.BlockTime);
        using var transport = new HeldTransport();
        await using var slow = _backing.Start(transport);
        transport.Hold(call => call.StartsWith("DELETE", StringComparison.Ordinal), async () =>
        {
            Assert.Null(await TryAddAsync(_instance));
            await RemoveAsync(_instance, by: _bob);
        });
        await slow.Get<GroupDepartures>().ForgetOldAsync(default);
        Assert.True(transport.WasHeld);
        Assert.Single(await DeparturesAsync());
        Assert.Equal(["left"], await IndexAsync());
        Assert.Equal(ErrorName.MemberUnavailable, await TryAddAsync(_instance));
    }

    [Fact]
    public async Task A_writer_to_the_storage_cannot_forge_a_record()
    {
        var row = Assert.Single(await AfterLeavingAsync());
        var carol = _backing.NewDid();
        var partitions = _instance.Get<PartitionKeys>();
        var (from, to) = (await partitions.OfAsync(Instance.DidOf(_bob), default),
            await partitions.OfAsync(Instance.DidOf(carol), default));
        row.RowKey = row.RowKey.Replace(from, to, StringComparison.Ordinal);
        await new TableServiceClient(_backing.ConnectionString).GetTableClient("groups").AddEntityAsync(row);
        await Assert.ThrowsAsync<TamperedException>(() => _instance.AddAsync(_alice, Friends, carol));

        async Task<IReadOnlyList<TableEntity>> AfterLeavingAsync()
        {
            await RemoveAsync(_instance, by: _bob);
            return await DeparturesAsync();
        }
    }

    private static async Task RefusedAsync(ErrorName error, Func<Task> call) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<KeyserverException>(call)).Error);

    private Task<int?> RemoveAsync(Instance instance, string by) => instance.Get<MemberRemovals>().RemoveAsync(
        Instance.CallerOf(by), Instance.Id(Friends), Instance.DidOf(_bob), rotate: false, default);

    private async Task<ErrorName?> TryAddAsync(Instance instance, string? by = null)
    {
        try
        {
            await instance.AddAsync(by ?? _alice, Friends, _bob);
            return null;
        }
        catch (KeyserverException e)
        {
            return e.Error;
        }
    }

    private async Task<IReadOnlyList<TableEntity>> DeparturesAsync() =>
        [.. (await RowsAsync("groups")).Where(row => row.RowKey.StartsWith("l:", StringComparison.Ordinal))];

    /// <summary>The index rows of Bob.</summary>
    private async Task<string[]> IndexAsync()
    {
        var account = await _instance.Get<PartitionKeys>().OfAsync(Instance.DidOf(_bob), default);
        return [.. (await RowsAsync("memberships")).Where(row => row.PartitionKey == account)
            .Select(row => row.RowKey.Split(':')[0])];
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
