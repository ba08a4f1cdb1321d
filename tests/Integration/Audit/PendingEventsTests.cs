using System.Net;
using System.Security.Cryptography;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Audit;

/// <summary>Events that a crash has left find their way into the log, and nowhere else.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class PendingEventsTests(AzuriteFixture azurite)
{
    private static int _partitions;

    private readonly string _partition = $"{Interlocked.Increment(ref _partitions):x32}";

    /// <summary>The real time when the test began: the storage's stamps tell how old an event is.</summary>
    private DateTimeOffset Now { get; } = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Events_are_moved_once_they_are_30_seconds_old_whoever_else_does_so()
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
        Assert.Contains(world.Lines.All, line => line.Contains("Moved 1 pending events from groups", StringComparison.Ordinal));
        await world.Events.DrainAllAsync(CancellationToken.None);
        Assert.Equal(2, (await world.AllAsync()).Count);
    }

    [Fact]
    public async Task Those_of_one_subject_are_moved_at_once()
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
    public async Task What_names_another_place_is_reported_left_alone_and_in_nobody_s_way(string column, string? value)
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
        Assert.Contains(world.Lines.All, line => line.StartsWith("Critical", StringComparison.Ordinal) && line.Contains("groups", StringComparison.Ordinal));
        await world.Tables.Groups.DeleteAsync(forged.PartitionKey, forged.RowKey, CancellationToken.None);
    }

    /// <summary>Of the time when each subject had partitions of its own; they all stood in the first.</summary>
    [Theory]
    [InlineData("~0", true)]
    [InlineData("~1", false)]
    [InlineData("~0\n", false)]
    [InlineData("0", false)]
    public async Task A_former_event_is_moved_to_where_it_says(string lane, bool isOurs)
    {
        await using var world = new LogWorld(azurite, Now);
        var row = LogRow.Seal(
            world.Tables.AccessLog(Now).Name, world.Stem + lane, LogRow.Moment(Now, new string('a', 32) + ".rotate"),
            LogRow.Details(world.Read("former"), AccessNames.Granted), world.Key);
        var pending = Event(world, "former");
        pending["LogPartition"] = row.PartitionKey;
        pending["LogRow"] = row.RowKey;
        pending["Details"] = row["Details"];
        await PutAsync(world.Tables.Groups, pending);
        Age(world);
        await world.Events.DrainAllAsync(CancellationToken.None);
        Assert.Equal(isOurs ? ["former"] : [], await world.AllAsync());
        Assert.Equal(isOurs ? 0 : 1, (await LeftAsync(world)).Count);
        await world.Tables.Groups.DeleteAsync(pending.PartitionKey, pending.RowKey, CancellationToken.None);
    }

    [Fact]
    public async Task One_whose_retention_is_over_is_dropped_and_its_table_does_not_come_back()
    {
        await using var world = new LogWorld(azurite, Now.AddDays(-1000));
        var old = Event(world, "old");
        await PutAsync(world.Tables.Groups, old);
        Age(world);
        await world.Events.DrainAllAsync(CancellationToken.None);
        Assert.Empty(await LeftAsync(world));
        Assert.DoesNotContain(old.GetString("LogTable"), await world.Service.QueryAsync().Select(table => table.Name).ToListAsync());
    }

    [Fact]
    public async Task One_whose_table_is_being_deleted_is_dropped()
    {
        await using var world = new LogWorld(azurite, Now);
        await PutAsync(world.Tables.Groups, Event(world, "a"));
        Age(world);
        world.Door.Before = what => Task.FromResult(
            what.StartsWith("PUT accesslog", StringComparison.Ordinal) ? StorageDoor.Refusal(HttpStatusCode.Conflict, "TableBeingDeleted") : null);
        await world.Events.DrainAllAsync(CancellationToken.None);
        Assert.Empty(await LeftAsync(world));
    }

    [Fact]
    public async Task One_that_fails_does_not_stop_the_others_and_the_host_hears_of_it()
    {
        await using var world = new LogWorld(azurite, Now);
        await PutAsync(world.Tables.Groups, Event(world, "today"));
        var today = $"PUT {world.Tables.AccessLog(Now).Name}";
        world.Clock.TurnBack(TimeSpan.FromDays(3));
        await PutAsync(world.Tables.Groups, Event(world, "before"));
        await PutAsync(world.Tables.Accounts, Event(world, "other"));
        Age(world);
        world.Door.Before = what => Task.FromResult(what == today ? StorageDoor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy") : null);
        await Assert.ThrowsAsync<AggregateException>(() => world.Events.DrainAllAsync(CancellationToken.None));
        Assert.Equal(["before", "other"], (await world.AllAsync()).Order());
        Assert.Single(await LeftAsync(world));

        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        await world.Events.DrainAllAsync(CancellationToken.None);
        Assert.Equal(["before", "other", "today"], (await world.AllAsync()).Order());
    }

    /// <summary>The storage answers a page of a large table, and then the run is over: by the host's limit, or because the storage fails.</summary>
    [Fact]
    public async Task Runs_that_are_cut_off_reach_every_partition_in_the_end()
    {
        const int page = 1_000;
        await using var world = new LogWorld(azurite, Now);
        var partition = "7" + _partition[1..];
        var filling = new List<TableEntity>();
        for (var i = 0; i < page; i++)
        {
            // Of the first partition, and they stay: a place that is none of the log.
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
                    ? StorageDoor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy") : null);
            await Assert.ThrowsAnyAsync<Exception>(() => world.Events.DrainAllAsync(CancellationToken.None));
            world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        }

        // Other tests have the same tables. The run that wrote it to the log may have been stopped before it was removed.
        await world.Events.DrainAsync(world.Tables.Groups, partition, CancellationToken.None);
        foreach (var row in filling)
            await world.Tables.Groups.DeleteAsync(row.PartitionKey, row.RowKey, CancellationToken.None);
        Assert.True(runs < 64, "64 runs did not come to it.");
        Assert.Equal(["a"], await world.AllAsync());
    }

    /// <summary>Makes every event in the storage older than 30 seconds, however long ago the test began.</summary>
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
        world.Log.Pending(partition ?? _partition, RandomNumberGenerator.GetHexString(32, lowercase: true), world.Read(by), world.Key);

    private async Task<List<TableEntity>> LeftAsync(LogWorld world)
    {
        var left = new List<TableEntity>();
        foreach (var table in (AtpKeyserver.Storage.Table[])[world.Tables.Groups, world.Tables.Accounts])
            left.AddRange(await table.QueryAsync(_partition, "e:", CancellationToken.None).ToListAsync());
        return left;
    }
}
