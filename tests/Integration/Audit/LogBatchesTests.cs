using System.Net;
using AtpKeyserver.Audit;
using AtpKeyserver.Errors;
using AtpKeyserver.Tests.Integration.StandIns;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Audit;

/// <summary>Rows are written together, in more lanes when much waits, and nothing of it grows without bound.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class LogBatchesTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Noon = new(2032, 5, 17, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task What_arrives_during_a_write_goes_into_the_next_one_together()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var gate = Stall(world, out var stalled);
        var first = world.Log.WriteAsync(world.Read("first"), world.Key, CancellationToken.None);
        await stalled;
        world.Door.Take();
        var rest = Enumerable.Range(0, 150).Select(n => world.Log.WriteAsync(world.Read($"n{n}"), world.Key, CancellationToken.None)).ToList();
        Assert.DoesNotContain(rest, write => write.IsCompleted);
        gate.SetResult();
        await Task.WhenAll([first, .. rest]);
        Assert.Equal(2, world.Door.Take().Length);
        Assert.Equal(152, (await world.AllAsync()).Distinct().Count());
        Assert.InRange(await CountRowsAsync(world), 4, 10);
    }

    [Fact]
    public async Task Large_entries_share_no_more_rows_than_fit()
    {
        await using var world = new LogWorld(azurite, Noon);
        var gate = Stall(world, out var stalled);
        var first = world.Log.WriteAsync(world.Read("first"), world.Key, CancellationToken.None);
        await stalled;
        var large = Enumerable.Range(0, 20).Select(n => world.Read($"n{n}")).Select(read => world.Log.WriteAsync(
            read with { By = read.By with { UserAgent = new string('x', 6000) } }, world.Key, CancellationToken.None)).ToList();
        gate.SetResult();
        await Task.WhenAll([first, .. large]);
        Assert.Equal(21, (await world.AllAsync()).Distinct().Count());
        Assert.Equal(11, await CountRowsAsync(world));
    }

    [Fact]
    public async Task A_storage_that_stalls_fills_the_lanes_in_turn_and_then_costs_callers_their_answer()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var gate = Stall(world, out _);
        var writes = new List<Task>();
        KeyserverException? refused = null;
        while (refused is null)
        {
            Assert.InRange(writes.Count, 0, 4 * 900);
            try
            {
                writes.Add(world.Log.WriteAsync(world.Read($"n{writes.Count}"), world.Key, CancellationToken.None));
            }
            catch (KeyserverException e)
            {
                refused = e;
            }
        }

        Assert.Equal(ErrorName.UpstreamFailure, refused.Error);
        // Eight batches wait in each of four lanes behind one that is being written.
        Assert.InRange(writes.Count, 4 * 801, 4 * 900);
        gate.SetResult();
        await Task.WhenAll(writes);
        Assert.Equal([0, 1, 2, 3], (await RowsAsync(world)).Select(LogRow.LaneOf).Distinct().Order());
        Assert.Equal(writes.Count + 1, (await world.AllAsync()).Distinct().Count());
        await world.Log.WriteAsync(world.Read("again"), world.Key, CancellationToken.None);
    }

    [Fact]
    public async Task What_waits_of_all_subjects_together_is_bounded()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var gate = Stall(world, out _);
        var writes = new List<Task>();
        var table = world.Tables.AccessLog(Noon);
        var refused = Assert.Throws<KeyserverException>(() =>
        {
            for (var n = 0; n <= LogBatches.MaxEntries; n++)
                writes.Add(world.Batches.WriteAsync(table, new TableEntity($"p{n % 100}", $"{n}"), CancellationToken.None));
        });
        Assert.Equal((ErrorName.UpstreamFailure, LogBatches.MaxEntries), (refused.Error, writes.Count));
        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(StorageDoor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy"));
        gate.SetResult();
        await Task.WhenAll(writes).ContinueWith(_ => { }, TaskScheduler.Default);
        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        await world.Log.WriteAsync(world.Read("again"), world.Key, CancellationToken.None);
    }

    [Fact]
    public async Task A_row_that_cannot_be_written_does_not_take_the_others_with_it()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var gate = Stall(world, out var stalled);
        var first = world.Log.WriteAsync(world.Read("first"), world.Key, CancellationToken.None);
        await stalled;
        var good = Enumerable.Range(0, 9).Select(n => world.Log.WriteAsync(world.Read($"n{n}"), world.Key, CancellationToken.None)).ToList();
        var row = new TableEntity(LogRow.Partition(world.Stem, 0), "0") { ["Details"] = new byte[70_000] };
        var bad = world.Batches.WriteAsync(world.Tables.AccessLog(Noon), row, CancellationToken.None);
        gate.SetResult();
        await Task.WhenAll([first, .. good]);
        Assert.InRange((await Assert.ThrowsAsync<RequestFailedException>(() => bad)).Status, 400, 413);
        Assert.Equal(11, (await world.AllAsync()).Count);
    }

    [Fact]
    public async Task Relaxed_nobody_waits_and_what_is_lost_is_logged_and_counted()
    {
        await using var world = new LogWorld(azurite, Noon, strict: false);
        var gate = Stall(world, out var stalled);
        await world.Log.WriteAsync(world.Read("first"), world.Key, CancellationToken.None);
        await stalled;
        for (var n = 1; n < 50; n++)
            Assert.True(world.Log.WriteAsync(world.Read($"n{n}"), world.Key, CancellationToken.None).IsCompletedSuccessfully);
        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(StorageDoor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy"));
        gate.SetResult();
        await world.Batches.DisposeAsync();
        var written = (await Unhindered(world).AllAsync()).Count;
        Assert.InRange(written, 0, 1);
        Assert.Equal(50 - written, world.Lost);
        Assert.Contains(world.Lines.All, line => line.Contains("rows of the access log were lost: RequestFailedException, status 503", StringComparison.Ordinal));
        Assert.DoesNotContain(world.Lines.All, line => line.Contains(world.Subject, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Relaxed_changes_and_refusals_wait_all_the_same()
    {
        await using var world = new LogWorld(azurite, Noon, strict: false);
        world.Door.Before = what => Task.FromResult(
            what.Contains("accesslog", StringComparison.Ordinal) ? StorageDoor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy") : null);
        await Assert.ThrowsAsync<RequestFailedException>(() => world.Log.WriteDeniedAsync(world.Read("a"), world.Key, CancellationToken.None));
        var pending = world.Log.Pending(new string('0', 32), new string('a', 32), world.Read("a"), world.Key);
        await Assert.ThrowsAsync<RequestFailedException>(() => world.Log.DrainAsync(world.Tables.Groups, pending, CancellationToken.None));
        Assert.Equal(0, world.Lost);
    }

    [Fact]
    public async Task An_orderly_end_writes_what_is_queued()
    {
        await using var world = new LogWorld(azurite, Noon, strict: false);
        for (var n = 0; n < 350; n++)
            await world.Log.WriteAsync(world.Read($"n{n}"), world.Key, CancellationToken.None);
        await world.Batches.DisposeAsync();
        Assert.Equal((350, 0), ((await world.AllAsync()).Count, world.Lost));
    }

    private static Task<List<TableEntity>> RowsAsync(LogWorld world) => world.Service.GetTableClient(world.Tables.AccessLog(Noon).Name)
        .QueryAsync<TableEntity>($"PartitionKey ge '{world.Stem}' and PartitionKey lt '{world.Stem}~9'").ToListAsync().AsTask();

    private static async Task<int> CountRowsAsync(LogWorld world) => (await RowsAsync(world)).Count;

    private static LogWorld Unhindered(LogWorld world)
    {
        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        return world;
    }

    /// <summary>Writes wait at the door until the gate is opened; <paramref name="stalled"/> ends when the first one does.</summary>
    private static TaskCompletionSource Stall(LogWorld world, out Task stalled)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        stalled = reached.Task;
        world.Door.Before = async what =>
        {
            if (what.StartsWith("GET", StringComparison.Ordinal))
                return null;
            reached.TrySetResult();
            await gate.Task;
            return null;
        };
        return gate;
    }
}
