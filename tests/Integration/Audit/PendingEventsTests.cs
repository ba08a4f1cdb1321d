using System.Net;
using System.Security.Cryptography;
using AtpKeyserver.AccessLog;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Audit;

/// <summary>Events that a crash left behind are moved into the log.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class PendingEventsTests(AzuriteFixture azurite)
{
    private static int _partitions;

    private readonly string _partition = $"{Interlocked.Increment(ref _partitions):x32}";

    /// <summary>The real time when the test began: the age of an event is judged by its storage timestamp.</summary>
    private DateTimeOffset Now { get; } = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Events_are_moved_when_they_are_30_seconds_old_even_concurrently()
    {
        await using var world = new LogWorld(azurite, Now);
        await PutAsync(world.Tables.Groups, Event(world, "a"));
        await PutAsync(world.Tables.Accounts, Event(world, "b"));
        await world.Events.DrainAllAsync(CancellationToken.None);
        Assert.Empty(await world.AllAsync());
        Assert.Equal(2, (await LeftAsync(world)).Count);

        Age(world);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.Events.DrainAllAsync(CancellationToken.None)));
        Assert.Equal(["a", "b"], (await world.AllAsync()).Order());
        Assert.Empty(await LeftAsync(world));
        Assert.Contains(
            world.Lines.All, line => line.Contains("Moved 1 pending events from groups", StringComparison.Ordinal));
        await world.Events.DrainAllAsync(CancellationToken.None);
        Assert.Equal(2, (await world.AllAsync()).Count);
    }

    [Fact]
    public async Task Events_of_one_subject_are_moved_at_once()
    {
        await using var world = new LogWorld(azurite, Now);
        await PutAsync(world.Tables.Groups, Event(world, "a"), Event(world, "b"));
        await world.Events.DrainAsync(world.Tables.Groups, _partition, CancellationToken.None);
        Assert.Equal(["a", "b"], (await world.AllAsync()).Order());
        Assert.Empty(await LeftAsync(world));
    }

    [Theory]
    [InlineData("LogTable", "groups")]
    [InlineData("LogTable", "accesslog")]
    [InlineData("LogTable", "accesslog2026010")]
    [InlineData("LogTable", "accesslog20269999")]
    [InlineData("LogTable", "accesslog99990101")]
    [InlineData("LogTable", "Accesslog20260101")]
    [InlineData("LogTable", "accesslog20260101/x")]
    [InlineData("LogTable", null)]
    [InlineData("LogPartition", "head")]
    [InlineData("LogPartition", "lane4")]
    [InlineData("LogPartition", "lane00")]
    [InlineData("LogPartition", "lane0\n")]
    [InlineData("LogPartition", "xlane0")]
    [InlineData("LogPartition", "00000000000000000000000000000000~0")]
    [InlineData("LogPartition", null)]
    [InlineData("LogRow", "head~00000000")]
    [InlineData("LogRow", null)]
    [InlineData("Details", null)]
    [InlineData("Generation", null)]
    public async Task An_event_with_an_invalid_target_is_reported_and_blocks_no_others(string column, string? value)
    {
        await using var world = new LogWorld(azurite, Now);
        var forged = Event(world, "forged");
        if (value is null)
            forged.Remove(column);
        else
            forged[column] = value;
        await PutAsync(world.Tables.Groups, forged, Event(world, "good"));
        Age(world);
        world.Door.Take();
        await world.Events.DrainAllAsync(CancellationToken.None);

        Assert.DoesNotContain(world.Door.Take(), what => what is "PUT groups" or "POST groups");
        Assert.Equal(["good"], await world.AllAsync());
        Assert.Equal(forged.RowKey, Assert.Single(await LeftAsync(world)).RowKey);
        Assert.Contains(world.Lines.All, line => line.StartsWith("Critical", StringComparison.Ordinal)
            && line.Contains("groups", StringComparison.Ordinal));
        await world.Tables.Groups.DeleteAsync(forged.PartitionKey, forged.RowKey, CancellationToken.None);
    }

    [Fact]
    public async Task An_event_past_its_retention_is_dropped_and_its_table_is_not_recreated()
    {
        await using var world = new LogWorld(azurite, Now.AddDays(-1000));
        var old = Event(world, "old");
        await PutAsync(world.Tables.Groups, old);
        Age(world);
        await world.Events.DrainAllAsync(CancellationToken.None);
        Assert.Empty(await LeftAsync(world));
        Assert.DoesNotContain(
            old.GetString("LogTable"), await world.Service.QueryAsync().Select(table => table.Name).ToListAsync());
    }

    [Fact]
    public async Task An_event_whose_table_is_being_deleted_is_dropped()
    {
        await using var world = new LogWorld(azurite, Now);
        await PutAsync(world.Tables.Groups, Event(world, "a"));
        Age(world);
        world.Door.Before = what => Task.FromResult(
            what.StartsWith("PUT accesslog", StringComparison.Ordinal)
                ? StorageInterceptor.Refusal(HttpStatusCode.Conflict, "TableBeingDeleted")
                : null);
        await world.Events.DrainAllAsync(CancellationToken.None);
        Assert.Empty(await LeftAsync(world));
    }

    [Fact]
    public async Task A_failed_event_does_not_stop_others_and_fails_the_run()
    {
        await using var world = new LogWorld(azurite, Now);
        await PutAsync(world.Tables.Groups, Event(world, "today"));
        var today = $"PUT {world.Tables.AccessLog(Now).Name}";
        world.Clock.TurnBack(TimeSpan.FromDays(3));
        await PutAsync(world.Tables.Groups, Event(world, "before"));
        await PutAsync(world.Tables.Accounts, Event(world, "other"));
        Age(world);
        world.Door.Before = what => Task.FromResult(
            what == today ? StorageInterceptor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy") : null);
        await Assert.ThrowsAsync<AggregateException>(() => world.Events.DrainAllAsync(CancellationToken.None));
        Assert.Equal(["before", "other"], (await world.AllAsync()).Order());
        Assert.Single(await LeftAsync(world));

        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        await world.Events.DrainAllAsync(CancellationToken.None);
        Assert.Equal(["before", "other", "today"], (await world.AllAsync()).Order());
    }

    /// <summary>
    /// The storage returns one page of a large table, then the run ends: by the host's time limit or a storage failure.
    /// </summary>
    [Fact]
    public async Task Interrupted_runs_reach_every_partition_eventually()
    {
        const int page = 1_000;
        await using var world = new LogWorld(azurite, Now);
        var partition = "7" + _partition[1..];
        var filling = new List<TableEntity>();
        for (var i = 0; i < page; i++)
        {
            // Events of the first partition that stay because they name no valid log.
            filling.Add(new TableEntity(new string('0', 32), $"e:{i:D8}") { ["LogTable"] = "groups" });
        }

        foreach (var rows in filling.Chunk(100))
            await world.Tables.Groups.PutAllAsync(rows, CancellationToken.None);
        await PutAsync(world.Tables.Groups, Event(world, "a", partition));
        Age(world);
        var runs = 0;
        for (; runs < 64 && (await world.AllAsync()).Count == 0; runs++)
        {
            var asked = 0;
            world.Door.Before = what => Task.FromResult(
                what == "GET groups" && Interlocked.Increment(ref asked) > 1
                    ? StorageInterceptor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy") : null);
            await Assert.ThrowsAnyAsync<Exception>(() => world.Events.DrainAllAsync(CancellationToken.None));
            world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        }

        // Other tests share the tables. A run may have been stopped between the log write and the removal.
        await world.Events.DrainAsync(world.Tables.Groups, partition, CancellationToken.None);
        foreach (var row in filling)
            await world.Tables.Groups.DeleteAsync(row.PartitionKey, row.RowKey, CancellationToken.None);
        Assert.True(runs < 64, "64 runs did not reach it.");
        Assert.Equal(["a"], await world.AllAsync());
    }

    /// <summary>Makes every event in the storage older than 30 seconds.</summary>
    private static void Age(LogWorld world)
    {
        world.Clock.CatchUp();
        world.Clock.Advance(TimeSpan.FromMinutes(1));
    }

    private static async Task PutAsync(AtpKeyserver.Storage.Table table, params TableEntity[] rows)
    {
        foreach (var row in rows)
            await table.PutAsync(row, CancellationToken.None);
    }

    private TableEntity Event(LogWorld world, string by, string? partition = null) =>
        world.Log.Pending(partition ?? _partition, RandomNumberGenerator.GetHexString(32, lowercase: true),
            world.Read(by), world.Key).Row;

    private async Task<List<TableEntity>> LeftAsync(LogWorld world)
    {
        var left = new List<TableEntity>();
        foreach (var table in (AtpKeyserver.Storage.Table[])[world.Tables.Groups, world.Tables.Accounts])
            left.AddRange(await table.QueryAsync(_partition, "e:", CancellationToken.None).ToListAsync());
        return left;
    }
}
