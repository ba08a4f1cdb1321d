using System.Net;
using AtpKeyserver.AccessLog;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Audit;

/// <summary>Reads return every row once and in order, over days and pages.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class AccessLogReaderTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Noon = new(2031, 5, 17, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(100)]
    public async Task Every_row_is_returned_once_newest_first_over_days(int limit)
    {
        await using var world = new LogWorld(azurite, Noon);
        var midnight = Noon.Date;
        // Both ends of a day, days without rows.
        List<DateTimeOffset> times =
        [
            .. Enumerable.Range(0, 9).Select(n => Noon.AddMinutes(-n)),
            Utc(midnight), Utc(midnight.AddTicks(-1)), Utc(midnight.AddTicks(-2)),
            Utc(midnight.AddDays(-1)), Utc(midnight.AddDays(-1).AddTicks(-1)),
            .. Enumerable.Range(0, 12).Select(n => Noon.AddDays(-4).AddSeconds(-n)),
            Noon.AddDays(-5), Noon.AddDays(-20), Noon.AddDays(-21), Noon.AddDays(-40), Noon.AddDays(-89),
        ];
        var rows = times.OrderDescending().Select((at, n) => (at, $"n{n}")).ToList();
        await world.SeedAsync(rows);

        Assert.Equal(rows.Select(row => row.Item2), await world.PagesAsync(limit));
        Assert.Equal(rows.Select(row => row.Item2), await world.AllAsync());
    }

    /// <summary>
    /// Rows of one and of many entries, and pages that end inside a row, while others write.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(100)]
    public async Task Every_entry_of_a_batch_row_is_returned_once(int limit)
    {
        await using var world = new LogWorld(azurite, Noon);
        var table = world.Tables.AccessLog(Noon);
        var expected = new List<string>();
        foreach (var (entries, n) in ((int[])[1, 30, 2, 7, 1, 13, 40, 3]).Select((entries, n) => (entries, n)))
        {
            var names = Enumerable.Range(0, entries).Select(i => $"r{n}e{i}").ToList();
            var details = names.Select(name => LogRow.Details(world.Read(name), AccessNames.Granted)).ToList();
            var row = LogRow.Key(world.Stem, Noon.AddSeconds(-n), $"{n:x16}");
            var stored = LogRow.Seal(table.Name, LogRow.PartitionOf(world.Stem), row, details, world.Key);
            await table.PutAsync(stored.Row, CancellationToken.None);
            expected.AddRange(names);
        }

        world.Clock.Advance(TimeSpan.FromSeconds(1));
        var later = 0;
        var read = await world.PagesAsync(limit, async () =>
        {
            if (later < 20)
                await world.Log.WriteAsync(world.Read($"later{later++}"), world.Key, CancellationToken.None);
        });
        Assert.Equal(expected, read);
        Assert.Equal(expected, (await world.AllAsync()).Skip(later));
    }

    [Fact]
    public async Task A_table_that_is_being_deleted_counts_as_empty()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.SeedAsync([(Noon, "new")]);
        // The service takes a minute to delete a table and refuses reads in that time.
        var going = $"GET accesslog{Noon.AddDays(-91):yyyyMMdd}";
        world.Door.Before = what => Task.FromResult<HttpResponseMessage?>(
            what == going ? StorageInterceptor.Refusal(HttpStatusCode.Conflict, "TableBeingDeleted") : null);

        Assert.Equal(["new"], await world.PagesAsync(10));
        Assert.Contains(going, world.Door.Take());
    }

    [Fact]
    public async Task A_page_queries_at_most_16_tables_so_empty_pages_cross_a_gap_of_40_days()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.SeedAsync([(Noon, "new"), (Noon.AddDays(-41), "old")]);
        await world.PageAsync(1);
        world.Door.Take();

        var pages = new List<int>();
        for (string? cursor = null; pages.Count == 0 || cursor is not null;)
        {
            var page = await world.PageAsync(10, cursor);
            // One query for each table, since no day is busy.
            Assert.InRange(world.Door.Take().Length, 1, 16);
            pages.Add(page.Entries.Count);
            cursor = page.Cursor;
        }

        // 92 tables: 90 days, today, and the one that the timer drops next.
        Assert.Equal([1, 0, 1, 0, 0, 0], pages);
    }

    [Fact]
    public async Task A_page_of_a_busy_day_costs_one_query()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.SeedAsync(Enumerable.Range(0, 40).Select(n => (Noon.AddSeconds(-n), $"n{n}")));
        var first = await world.PageAsync(10);
        world.Door.Take();
        await world.PageAsync(10);
        Assert.Equal(["GET accesslog20310517"], world.Door.Take());
        await world.PageAsync(10, first.Cursor);
        Assert.Equal(["GET accesslog20310517"], world.Door.Take());
    }

    [Fact]
    public async Task Every_row_of_a_busy_day_is_returned_once()
    {
        await using var world = new LogWorld(azurite, Noon);
        var rows = Enumerable.Range(0, 700).Select(n => (Noon.AddSeconds(-n), $"n{n}")).ToList();
        await world.SeedAsync(rows);
        foreach (var limit in (int[])[9, 100])
            Assert.Equal(rows.Select(row => row.Item2), await world.PagesAsync(limit));
        Assert.Equal(rows.Select(row => row.Item2), await world.AllAsync());
    }

    [Fact]
    public async Task Reading_continues_over_midnight_and_sees_rows_of_an_instance_whose_clock_is_ahead()
    {
        var midnight = Utc(Noon.Date.AddDays(1));
        await using var world = new LogWorld(azurite, midnight.AddSeconds(-30));
        await world.SeedAsync(
            [(midnight.AddSeconds(20), "ahead"), (midnight.AddSeconds(-31), "a"), (midnight.AddSeconds(-32), "b")]);
        var first = await world.PageAsync(2);
        Assert.Equal(["ahead", "a"], first.Entries.Select(LogWorld.Name));

        world.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.Log.WriteAsync(world.Read("new"), world.Key, CancellationToken.None);
        Assert.Equal(["b"], (await world.PageAsync(2, first.Cursor)).Entries.Select(LogWorld.Name));
        Assert.Equal(["new", "ahead", "a", "b"], await world.PagesAsync(2));
    }

    [Fact]
    public async Task Concurrent_writers_neither_repeat_nor_hide_an_existing_row()
    {
        await using var world = new LogWorld(azurite, Noon);
        var existing = Enumerable.Range(0, 60).Select(n => (Noon.AddSeconds(-n - 1), $"n{n}")).ToList();
        await world.SeedAsync(existing);
        var written = 0;
        var read = await world.PagesAsync(7, () => Task.WhenAll(Enumerable.Range(0, 5).Select(_ =>
        {
            world.Clock.Advance(TimeSpan.FromMilliseconds(1));
            return world.Log.WriteAsync(
                world.Read($"w{Interlocked.Increment(ref written)}"), world.Key, CancellationToken.None);
        })));
        Assert.Equal(existing.Select(row => row.Item2), read);
        Assert.Equal(60 + written, (await world.AllAsync()).Distinct().Count());
    }

    [Fact]
    public async Task Reading_ends_one_day_after_the_retention_even_for_an_old_cursor()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.SeedAsync(
            [(Noon.AddDays(-90), "a"), (Noon.AddDays(-91), "b"),
            (Noon.AddDays(-92), "over")]);
        Assert.Equal(["a", "b"], await world.PagesAsync(1));
        Assert.Equal(["a", "b"], await world.AllAsync());

        LogPage page;
        string? cursor = null;
        do
            page = await world.PageAsync(1, cursor);
        while (page.Entries.Count == 0 && (cursor = page.Cursor) is not null);
        world.Clock.Advance(TimeSpan.FromDays(100));
        var late = await world.PageAsync(1, page.Cursor);
        Assert.Equal((0, null), (late.Entries.Count, late.Cursor));
    }

    [Fact]
    public async Task Rows_of_another_generation_are_skipped_and_rows_that_do_not_open_are_tampering()
    {
        await using var world = new LogWorld(azurite, Noon);
        var former = new SealingKey(new byte[32], number: 7);
        await world.SeedAsync([(Noon, "mine"), (Noon.AddSeconds(-2), "last")]);
        await world.SeedAsync([(Noon.AddSeconds(-1), "former")], former);
        Assert.Equal(["mine", "last"], await world.PagesAsync(1));
        Assert.Equal(["mine", "last"], await world.AllAsync());

        await world.SeedAsync([(Noon.AddSeconds(-3), "forged")], new SealingKey(new byte[32], number: 1));
        await Assert.ThrowsAsync<TamperedException>(() => world.PageAsync(10));
        await Assert.ThrowsAsync<TamperedException>(world.AllAsync);
    }

    [Fact]
    public async Task A_row_moved_to_another_subject_of_the_lane_is_tampering()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.SeedAsync([(Noon, "a")]);
        var table = world.Service.GetTableClient(world.Tables.AccessLog(Noon).Name);
        var row = await OwnRowAsync(world, table);
        var victim = Enumerable.Range(0, 100).Select(n => $"did:web:victim{n}.example.com")
            .First(did => LogRow.PartitionOf(LogRow.Stem(world.Key, did)) == row.PartitionKey);
        row.RowKey = LogRow.Prefix(LogRow.Stem(world.Key, victim)) + new LogRow(row).Moment;
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace);
        await Assert.ThrowsAsync<TamperedException>(
            () => world.Reader.ReadAsync(victim, world.Key, 10, null, CancellationToken.None));
        Assert.Equal(["a"], await world.AllAsync());
    }

    [Theory]
    [InlineData("Details")]
    [InlineData("Generation")]
    public async Task A_row_without_its_columns_is_tampering(string missing)
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.SeedAsync([(Noon, "a")]);
        var table = world.Service.GetTableClient(world.Tables.AccessLog(Noon).Name);
        var row = await OwnRowAsync(world, table);
        row.Remove(missing);
        await table.UpsertEntityAsync(row, TableUpdateMode.Replace);
        await Assert.ThrowsAsync<TamperedException>(() => world.PageAsync(10));
    }

    [Fact]
    public async Task A_cursor_is_valid_only_for_its_own_log()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.SeedAsync([(Noon, "a"), (Noon.AddSeconds(-1), "b")]);
        var cursor = (await world.PageAsync(1)).Cursor!;
        var refused = await Assert.ThrowsAsync<KeyserverException>(
            () => world.Reader.ReadAsync(world.Subject + "#friends", world.Key, 1, cursor, CancellationToken.None));
        Assert.Equal(ErrorName.InvalidRequest, refused.Error);
        Assert.Equal("b", LogWorld.Name((await world.PageAsync(1, cursor)).Entries.Single()));
    }

    private static async Task<TableEntity> OwnRowAsync(LogWorld world, TableClient table) =>
        await table.QueryAsync<TableEntity>($"PartitionKey eq '{LogRow.PartitionOf(world.Stem)}'")
            .SingleAsync(row => row.RowKey.StartsWith(LogRow.Prefix(world.Stem), StringComparison.Ordinal));

    private static DateTimeOffset Utc(DateTime time) => new(time, TimeSpan.Zero);
}
