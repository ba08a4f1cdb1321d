using System.Globalization;
using System.Text.Json;
using AtpKeyserver.Accounts.Keypairs;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.Export;
using AtpKeyserver.Groups;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Product;

/// <summary>
/// Keys with more versions than one call can read: each call reads a bounded number, and work that needs all of them
/// completes. <c>./test.sh --long</c>plants 55,000 (<c>KEYSERVER_VERSIONS</c>).
/// </summary>
public sealed class ManyVersionsTests : IAsyncLifetime, IDisposable
{
    private static readonly int Many =
        int.Parse(Environment.GetEnvironmentVariable("KEYSERVER_VERSIONS") is { Length: > 0 } count ? count : "2500",
            CultureInfo.InvariantCulture);

    private readonly Backing _backing = new();
    private readonly CountingTransport _storage = new();
    private Instance _instance = null!;
    private string _alice = "";
    private string _bob = "";

    private string Friends => $"{_alice}#friends";

    public async Task InitializeAsync()
    {
        await _backing.InitializeAsync();
        _instance = _backing.Start(_storage);
        (_alice, _bob) = (_backing.NewDid(), _backing.NewDid());
        await KeypairAsync();
        await _instance.ReadAsync(_alice, Friends);
        await _instance.AddAsync(_alice, Friends, _bob);
    }

    public async Task DisposeAsync()
    {
        await _instance.DisposeAsync();
        await _backing.DisposeAsync();
    }

    [Fact]
    public async Task An_account_is_deleted_first_and_its_versions_are_removed_later()
    {
        await new VersionPlanter(_instance).PlantKeypairAsync(_alice, Many);
        _storage.Take();
        await _instance.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(_alice), default);
        // The first transaction commits the deletion.
        var decided = _storage.Take().TakeWhile(call => !call.Contains("$batch", StringComparison.Ordinal)).ToList();
        Assert.InRange(decided.Count, 1, 10);
        Assert.DoesNotContain(decided, call => call.Contains("RowKey ge 'v:", StringComparison.Ordinal));

        await TimerAsync();
        Assert.DoesNotContain(
            await RowsAsync("accounts"), row => row.RowKey.StartsWith("v:", StringComparison.Ordinal));
        var progress = await _instance.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(_alice), default);
        Assert.Equal((true, Many), (progress.IsComplete, progress.KeypairVersions));
        _backing.Clock.Advance(TimeSpan.FromHours(3));
        Assert.Equal(Many + 1, await KeypairAsync());
        Assert.Equal(Many + 1, Assert.Single(await KeypairVersionsAsync(1000, pages: 1)).Version);
    }

    [Fact]
    public async Task The_timer_resumes_an_interrupted_deletion_of_many_versions()
    {
        await new VersionPlanter(_instance).PlantKeypairAsync(_alice, Many);
        using var transport = new HeldTransport();
        await using var slow = _backing.Start(transport);
        transport.Hold(call => call.Contains("/accounts()?", StringComparison.Ordinal), () =>
        {
            _backing.Clock.AdvanceSeconds(5);
            return Task.CompletedTask;
        });
        Assert.False((await slow.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(_alice), default)).IsComplete);
        Assert.True(transport.WasHeld);
        await TimerAsync();
        Assert.DoesNotContain(
            await RowsAsync("accounts"), row => row.RowKey.StartsWith("v:", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    public async Task The_last_version_is_found_despite_a_changed_head(int planted)
    {
        await new VersionPlanter(_instance).PlantKeypairAsync(_alice, Many);
        var partition = await _instance.Get<PartitionKeys>().OfAsync(Instance.DidOf(_alice), default);
        var table = new TableServiceClient(_backing.ConnectionString).GetTableClient("accounts");
        var head = (await table.GetEntityAsync<TableEntity>(partition, RowKeys.Head(partition))).Value;
        head["ActiveVersion"] = 1;
        await table.UpdateEntityAsync(head, head.ETag, TableUpdateMode.Replace);
        for (var i = 0; i < planted; i++)
            await table.AddEntityAsync(new TableEntity(partition, RowKeys.Version(partition, int.MaxValue - (i * 7))));
        _storage.Take();
        await _instance.Get<AccountDeletion>().DeleteAsync(Instance.DidOf(_alice), default);
        Assert.InRange(
            _storage.Take().TakeWhile(call => !call.Contains("$batch", StringComparison.Ordinal)).Count(), 1, 150);

        await TimerAsync();
        _backing.Clock.Advance(TimeSpan.FromHours(3));
        var next = await KeypairAsync();
        if (planted < 4)
            Assert.Equal(Many + 1, next);
        else
            // No number is used again.
            Assert.InRange(next, Many + 1, int.MaxValue - 1);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(300)]
    [InlineData(1)]
    public async Task A_page_of_versions_costs_the_same_for_any_number_of_versions(int limit)
    {
        await new VersionPlanter(_instance).PlantKeypairAsync(_alice, Many);
        await new VersionPlanter(_instance).PlantGroupAsync(Friends, Many);
        var pages = Math.Min(5, (Many + limit - 1) / limit);
        var keypair = await KeypairVersionsAsync(limit, pages);
        var group = await PagesAsync(pages, cursor =>
            _instance.Get<GroupKeys>()
                .ListVersionsAsync(Instance.CallerOf(_bob), Instance.Id(Friends), limit, cursor, default));
        foreach (var versions in new[] { keypair, group })
        {
            Assert.Equal(Math.Min(Many, pages * limit), versions.Count);
            Assert.Equal(Enumerable.Range(Many - versions.Count + 1, versions.Count).Reverse(),
                versions.Select(version => version.Version));
            Assert.All(versions.Where(version => version.Version > 1), version => Assert.Equal(
                (VersionPlanter.CreatedAt(version.Version),
                    version.Version == Many ? null : VersionPlanter.CreatedAt(version.Version + 1)),
                (version.CreatedAt, version.RevokedAt)));
        }
    }

    [Fact]
    public async Task A_cursor_of_versions_is_valid_only_for_its_caller_and_key()
    {
        await new VersionPlanter(_instance).PlantGroupAsync(Friends, 3);
        var keys = _instance.Get<GroupKeys>();
        var page = await keys.ListVersionsAsync(Instance.CallerOf(_bob), Instance.Id(Friends), 2, null, default);
        Assert.Equal([3, 2], page.Entries.Select(version => version.Version));
        await RefusedAsync(
            () => keys.ListVersionsAsync(Instance.CallerOf(_alice), Instance.Id(Friends), 2, page.Next, default));
        await RefusedAsync(
            () => _instance.Get<AccountKeypairs>().ListVersionsAsync(Instance.DidOf(_bob), 2, page.Next, default));
        // A rotation between pages shifts nothing.
        await _instance.Get<GroupRotation>()
            .RotateAsync(Instance.CallerOf(_alice), Instance.Id(Friends), null, null, default);
        page = await keys.ListVersionsAsync(Instance.CallerOf(_bob), Instance.Id(Friends), 2, page.Next, default);
        Assert.Equal(
            (1, VersionPlanter.CreatedAt(2), null), (page.Entries[0].Version, page.Entries[0].RevokedAt, page.Next));
    }

    [Fact]
    public async Task An_export_holds_one_page_of_versions_in_memory()
    {
        await new VersionPlanter(_instance).PlantKeypairAsync(_alice, Many);
        await new VersionPlanter(_instance).PlantGroupAsync(Friends, Many);
        using var target = new Pieces();
        await _instance.Get<AccountExport>().WriteAsync(Instance.CallerOf(_alice), target, default);
        Assert.InRange(target.Longest, 1, 68 * 1024);
        using var document = JsonDocument.Parse(target.ToArray());
        Assert.Equal(Many, document.RootElement.GetProperty("keypairVersions").GetArrayLength());
        Assert.Equal(Many, document.RootElement.GetProperty("groupsOwned")[0].GetProperty("versions").GetArrayLength());
    }

    [Fact]
    public async Task A_group_with_many_versions_is_deleted()
    {
        await new VersionPlanter(_instance).PlantGroupAsync(Friends, Many);
        _storage.Take();
        await _instance.Get<GroupDeletion>().DeleteAsync(Instance.CallerOf(_alice), Instance.Id(Friends), default);
        Assert.InRange(
            _storage.Take().TakeWhile(call => !call.Contains("$batch", StringComparison.Ordinal)).Count(), 1, 10);
        await TimerAsync();
        Assert.DoesNotContain(await RowsAsync("groups"), row => row.RowKey.StartsWith("v:", StringComparison.Ordinal));
        Assert.Equal(Many + 1, (await _instance.ReadAsync(_alice, Friends)).Version);
    }

    /// <summary>
    /// A version that claims to be left over must not hide those below it, at any position in a page.
    /// </summary>
    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public async Task A_version_hidden_between_two_pages_is_reported_as_tampering(int hidden)
    {
        await new VersionPlanter(_instance).PlantKeypairAsync(_alice, 10);
        var partition = await _instance.Get<PartitionKeys>().OfAsync(Instance.DidOf(_alice), default);
        var table = new TableServiceClient(_backing.ConnectionString).GetTableClient("accounts");
        var row = (await table.GetEntityAsync<TableEntity>(partition, RowKeys.Version(partition, hidden))).Value;
        row["Generation"] = 0;
        await table.UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
        await Assert.ThrowsAsync<TamperedException>(() => PagesAsync(10, cursor =>
            _instance.Get<AccountKeypairs>().ListVersionsAsync(Instance.DidOf(_alice), 2, cursor, default)));
    }

    [Fact]
    public async Task Versions_below_a_missing_one_are_listed()
    {
        await new VersionPlanter(_instance).PlantKeypairAsync(_alice, 10);
        var partition = await _instance.Get<PartitionKeys>().OfAsync(Instance.DidOf(_alice), default);
        var table = new TableServiceClient(_backing.ConnectionString).GetTableClient("accounts");
        foreach (var missing in (int[])[4, 5, 6, 8])
            await table.DeleteEntityAsync(partition, RowKeys.Version(partition, missing));
        var versions = await PagesAsync(10, cursor =>
            _instance.Get<AccountKeypairs>().ListVersionsAsync(Instance.DidOf(_alice), 2, cursor, default));
        Assert.Equal([10, 9, 7, 3, 2, 1], versions.Select(version => version.Version));
        Assert.Equal(10, Assert.Single(versions, version => version.RevokedAt is null).Version);
    }

    public void Dispose()
    {
        _storage.Dispose();
        _backing.Dispose();
    }

    private static async Task RefusedAsync(Func<Task> call) =>
        Assert.Equal(ErrorName.InvalidRequest, (await Assert.ThrowsAsync<KeyserverException>(call)).Error);

    private Task<List<KeyVersionStatus>> KeypairVersionsAsync(int limit, int pages) =>
        PagesAsync(pages, cursor => _instance.Get<AccountKeypairs>()
            .ListVersionsAsync(Instance.DidOf(_alice), limit, cursor, default));

    /// <summary>The first pages; each takes a few storage calls.</summary>
    private async Task<List<KeyVersionStatus>> PagesAsync(int pages, Func<string?, Task<Page<KeyVersionStatus>>> read)
    {
        var all = new List<KeyVersionStatus>();
        string? cursor = null;
        for (var page = 0; page < pages && (page == 0 || cursor is not null); page++)
        {
            _storage.Take();
            var found = await read(cursor);
            Assert.InRange(_storage.Take().Count, 1, 6);
            all.AddRange(found.Entries);
            cursor = found.Next;
        }

        return all;
    }

    private async Task<int> KeypairAsync()
    {
        var (found, seed) = await _instance.Get<AccountKeypairs>()
            .GetAsync(Instance.CallerOf(_alice), null, isProbe: false, default);
        seed.Dispose();
        return found.Version;
    }

    private async Task TimerAsync()
    {
        _backing.Clock.CatchUp();
        _backing.Clock.Advance(TimeSpan.FromMinutes(3));
        await _instance.Get<Deletions>().FinishAsync(default);
        await _instance.Get<Deletions>().FinishAsync(default);
    }

    private async Task<List<TableEntity>> RowsAsync(string table) =>
        await new TableServiceClient(_backing.ConnectionString).GetTableClient(table).QueryAsync<TableEntity>()
            .ToListAsync();

    /// <summary>The length of what is sent at once.</summary>
    private sealed class Pieces : MemoryStream
    {
        public int Longest { get; private set; }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Longest = Math.Max(Longest, buffer.Length);
            return base.WriteAsync(buffer, cancellationToken);
        }
    }
}
