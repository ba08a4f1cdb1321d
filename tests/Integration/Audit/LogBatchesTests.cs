using System.Net;
using AtpKeyserver.AccessLog;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Audit;

/// <summary>Log rows are written in batches across subjects, within fixed bounds.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class LogBatchesTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Noon = new(2032, 5, 17, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Events_during_a_write_share_the_next_one()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var gate = Stall(world, out var stalled);
        var first = world.Log.WriteAsync(world.Read("first"), world.Key, CancellationToken.None);
        await stalled;
        world.Door.Take();
        var rest = Enumerable.Range(0, 150)
            .Select(n => world.Log.WriteAsync(world.Read($"n{n}"), world.Key, CancellationToken.None)).ToList();
        Assert.DoesNotContain(rest, write => write.IsCompleted);
        gate.SetResult();
        await Task.WhenAll([first, .. rest]);
        Assert.Single(world.Door.Take());
        Assert.Equal(152, (await world.AllAsync()).Distinct().Count());
        Assert.InRange(await CountRowsAsync(world), 3, 10);
    }

    [Fact]
    public async Task Large_entries_share_a_row_only_up_to_its_size_limit()
    {
        await using var world = new LogWorld(azurite, Noon);
        var gate = Stall(world, out var stalled);
        var first = world.Log.WriteAsync(world.Read("first"), world.Key, CancellationToken.None);
        await stalled;
        var large = Enumerable.Range(0, 20).Select(n => world.Read($"n{n}")).Select(read => world.Log.WriteAsync(
            read with { By = read.By with { UserAgent = new string('x', 6000) } }, world.Key, CancellationToken.None))
                .ToList();
        gate.SetResult();
        await Task.WhenAll([first, .. large]);
        Assert.Equal(21, (await world.AllAsync()).Distinct().Count());
        Assert.Equal(11, await CountRowsAsync(world));
    }

    [Fact]
    public async Task Entries_of_many_subjects_use_one_transaction_per_lane()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        world.Batches.Patience = Timeout.InfiniteTimeSpan;
        using var turnstile = new Turnstile();
        world.Door.Before = what => PassAsync(turnstile, what);
        var first = Enumerable.Range(0, LogBatches.Writers)
            .Select(n => WriteAsync(world, SubjectsOf(world, n).First(), "first")).ToList();
        await turnstile.ArrivalsAsync(LogBatches.Writers);
        var subjects = Enumerable.Range(0, 60).Select(n => $"{world.Subject}#group{n}").ToList();
        var rest = subjects.SelectMany(
            subject => new[] { WriteAsync(world, subject, "a"), WriteAsync(world, subject, "b") }).ToList();
        world.Door.Take();
        turnstile.Open();
        await Task.WhenAll([.. first, .. rest]);
        Assert.Equal(Enumerable.Repeat("POST $batch", LogRow.Lanes), world.Door.Take());
        foreach (var subject in subjects)
            Assert.Equal(["a", "b"], (await ReadAsync(world, subject)).Order());
    }

    [Fact]
    public async Task Entries_of_one_call_use_one_transaction_per_lane()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        world.Door.Take();
        var subjects = Enumerable.Range(0, 98).Select(n => $"{world.Subject}#group{n}").ToList();
        await Task.WhenAll(WriteAll(world, [.. subjects, subjects[0], subjects[0]]));
        Assert.Equal(Enumerable.Repeat("POST $batch", LogRow.Lanes), world.Door.Take());
        Assert.Equal(["a", "a", "a"], await ReadAsync(world, subjects[0]));
        Assert.Equal(["a"], await ReadAsync(world, subjects[97]));
    }

    [Fact]
    public async Task A_failing_lane_fails_only_its_entries_of_a_call()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var subjects = Enumerable.Range(0, LogRow.Lanes).Select(lane => SubjectsOf(world, lane).First()).ToList();
        world.Door.BeforeRequest = request => Task.FromResult(
            request.RequestUri!.OriginalString.Contains("lane2", StringComparison.Ordinal)
                ? StorageInterceptor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy")
                : null);
        var written = WriteAll(world, [.. subjects, .. subjects]);
        await Task.WhenAll(written).ContinueWith(_ => { }, TaskScheduler.Default);
        Assert.Equal([2, 6], Enumerable.Range(0, 8).Where(n => written[n].IsFaulted));
    }

    [Fact]
    public async Task In_relaxed_mode_a_call_does_not_wait_for_its_entries()
    {
        await using var world = new LogWorld(azurite, Noon, strict: false);
        var gate = Stall(world, out var stalled);
        var written = WriteAll(world, [.. Enumerable.Range(0, 100).Select(n => $"{world.Subject}#group{n}")]);
        Assert.All(written, entry => Assert.True(entry.IsCompletedSuccessfully));
        await stalled;
        world.Door.Before = _ =>
            Task.FromResult<HttpResponseMessage?>(
                StorageInterceptor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy"));
        gate.SetResult();
        await world.Batches.DisposeAsync();
        Assert.InRange(world.Lost, 1, 100);
    }

    [Fact]
    public async Task A_full_lane_fails_only_the_entries_of_a_call_that_have_no_room()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var (full, other) = (SubjectsOf(world, 0).First(), SubjectsOf(world, 1).First());
        var gate = Stall(world, out _);
        var large = world.Read("a") with { Subject = full };
        large = large with { By = large.By with { UserAgent = new string('x', 6000) } };
        var written = world.Log.WriteAll(
        [
            .. Enumerable.Repeat((large, world.Key), 500), (world.Read("a") with { Subject = other }, world.Key),
        ]);
        Assert.InRange(written.Count(entry => entry.IsFaulted), 1, 500 - (LogBatches.MaxWaiting * 40));
        Assert.False(written[^1].IsFaulted);
        gate.SetResult();
        await Task.WhenAll(written.Where(entry => !entry.IsFaulted));
    }

    [Fact]
    public async Task The_number_of_concurrent_lane_writes_is_limited()
    {
        await using var world = new LogWorld(azurite, Noon);
        world.Batches.Patience = Timeout.InfiniteTimeSpan;
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        using var turnstile = new Turnstile();
        world.Door.Before = what => PassAsync(turnstile, what);
        var subjects = Enumerable.Range(0, 40).Select(n => $"{world.Subject}#group{n}").ToList();
        var writes = Task.WhenAll(subjects.Select(async subject =>
        {
            for (var n = 0; n < 10; n++)
                await WriteAsync(world, subject, $"n{n}");
        }));
        await turnstile.ArrivalsAsync(LogBatches.Writers);
        turnstile.Open();
        await writes;
        Assert.Equal(LogBatches.Writers, turnstile.MostInside);
        foreach (var subject in subjects)
            Assert.Equal(10, (await ReadAsync(world, subject)).Distinct().Count());
    }

    [Fact]
    public async Task Stalled_lanes_do_not_block_others()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var hanging = new List<Task>();
        using var turnstile = new Turnstile();
        world.Door.Before = what => PassAsync(turnstile, what);
        for (var lane = 0; lane < LogBatches.Writers; lane++)
            hanging.Add(WriteAsync(world, SubjectsOf(world, lane).First(), "hanging"));
        await turnstile.ArrivalsAsync(LogBatches.Writers);
        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        for (var lane = LogBatches.Writers; lane < LogRow.Lanes; lane++)
            await WriteAsync(world, SubjectsOf(world, lane).First(), "other").WaitAsync(Eventually.Patience);
        Assert.DoesNotContain(hanging, write => write.IsCompleted);
        turnstile.Open();
        await Task.WhenAll(hanging);
    }

    [Fact]
    public async Task A_write_that_takes_7_s_fails_its_own_callers_and_no_later_ones()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var gate = Stall(world, out var stalled);
        var slow = world.Log.WriteAsync(world.Read("slow"), world.Key, CancellationToken.None);
        await stalled;
        var next = world.Log.WriteAsync(world.Read("next"), world.Key, CancellationToken.None);
        world.Clock.AdvanceSeconds(7);
        gate.SetResult();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => slow);
        await next;
        Assert.Equal(["next", "warm"], await world.AllAsync());
    }

    [Fact]
    public async Task A_transaction_contains_at_most_the_rows_that_the_service_accepts()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var subjects = SubjectsOf(world, 0).Take(250).ToList();
        var gate = Stall(world, out var stalled);
        var first = WriteAsync(world, subjects[0], "a");
        await stalled;
        var rest = subjects.Skip(1).Select(subject => WriteAsync(world, subject, "a")).ToList();
        world.Door.Take();
        gate.SetResult();
        await Task.WhenAll([first, .. rest]);
        Assert.Equal(["POST $batch", "POST $batch", "POST $batch"], world.Door.Take());
        Assert.Equal(["a"], await ReadAsync(world, subjects[^1]));
    }

    [Fact]
    public async Task A_stalled_storage_fills_one_lane_and_fails_only_its_callers()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var (subject, other) = (SubjectsOf(world, 0).First(), SubjectsOf(world, 1).First());
        var gate = Stall(world, out _);
        var writes = new List<Task>();
        var refused = Assert.Throws<KeyserverException>(() =>
        {
            while (writes.Count < 1_000)
            {
                var read = world.Read($"n{writes.Count}") with { Subject = subject };
                writes.Add(world.Log.WriteAsync(
                    read with { By = read.By with { UserAgent = new string('x', 6000) } }, world.Key,
                        CancellationToken.None));
            }
        });
        Assert.Equal(ErrorName.UpstreamFailure, refused.Error);
        // Batches of 250,000 bytes wait behind the current write, which has at least one entry.
        Assert.InRange(writes.Count, (LogBatches.MaxWaiting * 40) + 1, (LogBatches.MaxWaiting + 1) * 42);
        var elsewhere = WriteAsync(world, other, "a");
        gate.SetResult();
        await Task.WhenAll([.. writes, elsewhere]);
        Assert.Equal(writes.Count, (await ReadAllAsync(world, subject)).Distinct().Count());
        await WriteAsync(world, subject, "again");
    }

    [Fact]
    public async Task The_queue_over_all_subjects_is_bounded()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var gate = Stall(world, out _);
        var writes = new List<Task>();
        var table = world.Tables.AccessLog(Noon);
        var refused = Assert.Throws<KeyserverException>(() =>
        {
            for (var n = 0; n <= LogBatches.MaxEntries; n++)
            {
                var row = new LogRow(new TableEntity($"p{n % 100}", $"{n}"));
                writes.Add(world.Batches.WriteAsync(table, row, CancellationToken.None));
            }
        });
        Assert.Equal((ErrorName.UpstreamFailure, LogBatches.MaxEntries), (refused.Error, writes.Count));
        world.Door.Before = _ =>
            Task.FromResult<HttpResponseMessage?>(
                StorageInterceptor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy"));
        gate.SetResult();
        await Task.WhenAll(writes).ContinueWith(_ => { }, TaskScheduler.Default);
        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        await world.Log.WriteAsync(world.Read("again"), world.Key, CancellationToken.None);
    }

    [Fact]
    public async Task An_invalid_row_does_not_fail_others()
    {
        await using var world = new LogWorld(azurite, Noon);
        await world.Log.WriteAsync(world.Read("warm"), world.Key, CancellationToken.None);
        var gate = Stall(world, out var stalled);
        var first = world.Log.WriteAsync(world.Read("first"), world.Key, CancellationToken.None);
        await stalled;
        var good = Enumerable.Range(0, 9)
            .Select(n => world.Log.WriteAsync(world.Read($"n{n}"), world.Key, CancellationToken.None)).ToList();
        var row = new TableEntity(LogRow.PartitionOf(world.Stem), "0") { ["Details"] = new byte[70_000] };
        var bad = world.Batches.WriteAsync(world.Tables.AccessLog(Noon), new LogRow(row), CancellationToken.None);
        gate.SetResult();
        await Task.WhenAll([first, .. good]);
        Assert.InRange((await Assert.ThrowsAsync<RequestFailedException>(() => bad)).Status, 400, 413);
        Assert.Equal(11, (await world.AllAsync()).Count);
    }

    [Fact]
    public async Task In_relaxed_mode_nobody_waits_and_lost_entries_are_logged_and_counted()
    {
        await using var world = new LogWorld(azurite, Noon, strict: false);
        var gate = Stall(world, out var stalled);
        await world.Log.WriteAsync(world.Read("first"), world.Key, CancellationToken.None);
        await stalled;
        for (var n = 1; n < 50; n++)
            Assert.True(
                world.Log.WriteAsync(world.Read($"n{n}"), world.Key, CancellationToken.None).IsCompletedSuccessfully);
        world.Door.Before = _ =>
            Task.FromResult<HttpResponseMessage?>(
                StorageInterceptor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy"));
        gate.SetResult();
        await world.Batches.DisposeAsync();
        var written = (await Unhindered(world).AllAsync()).Count;
        Assert.InRange(written, 0, 1);
        Assert.Equal(50 - written, world.Lost);
        Assert.Contains(world.Lines.All, line => line.Contains(
            "access-log rows could not be written and are lost: RequestFailedException, status 503",
            StringComparison.Ordinal));
        Assert.DoesNotContain(world.Lines.All, line => line.Contains(world.Subject, StringComparison.Ordinal));
    }

    [Fact]
    public async Task In_relaxed_mode_changes_and_refusals_still_wait()
    {
        await using var world = new LogWorld(azurite, Noon, strict: false);
        world.Door.Before = what => Task.FromResult(
            what.Contains("accesslog", StringComparison.Ordinal)
                ? StorageInterceptor.Refusal(HttpStatusCode.ServiceUnavailable, "ServerBusy")
                : null);
        foreach (var hasRole in (bool[])[false, true])
        {
            await Assert.ThrowsAsync<RequestFailedException>(
                () => world.Log.WriteDeniedAsync(world.Read("a"), hasRole, world.Key, CancellationToken.None));
        }

        var pending = world.Log.Pending(new string('0', 32), new string('a', 32), world.Read("a"), world.Key);
        await Assert.ThrowsAsync<RequestFailedException>(
            () => world.Log.DrainAsync(world.Tables.Groups, pending, CancellationToken.None));
        Assert.Equal(0, world.Lost);
    }

    [Fact]
    public async Task A_graceful_stop_writes_the_queue()
    {
        await using var world = new LogWorld(azurite, Noon, strict: false);
        for (var n = 0; n < 350; n++)
            await world.Log.WriteAsync(world.Read($"n{n}"), world.Key, CancellationToken.None);
        await world.Batches.DisposeAsync();
        Assert.Equal((350, 0), ((await world.AllAsync()).Count, world.Lost));
    }

    private static async Task<int> CountRowsAsync(LogWorld world) =>
        await world.Service.GetTableClient(world.Tables.AccessLog(Noon).Name)
        .QueryAsync<TableEntity>($"PartitionKey eq '{LogRow.PartitionOf(world.Stem)}'")
        .CountAsync(row => row.RowKey.StartsWith(LogRow.Prefix(world.Stem), StringComparison.Ordinal));

    private static Task WriteAsync(LogWorld world, string subject, string by) =>
        world.Log.WriteAsync(world.Read(by) with { Subject = subject }, world.Key, CancellationToken.None);

    private static IReadOnlyList<Task> WriteAll(LogWorld world, IEnumerable<string> subjects) =>
        world.Log.WriteAll(subjects.Select(subject => (world.Read("a") with { Subject = subject }, world.Key)));

    private static async Task<List<string>> ReadAllAsync(LogWorld world, string subject) => await world.Reader
        .ReadAllAsync(subject, world.Key, CancellationToken.None).SelectMany(entries => entries.Select(LogWorld.Name))
            .ToListAsync();

    /// <summary>The first page only: it reads a few days, unlike a read of all pages.</summary>
    private static async Task<List<string>> ReadAsync(LogWorld world, string subject) =>
        [.. (await world.Reader.ReadAsync(
            subject, world.Key, 100, cursor: null, CancellationToken.None)).Entries.Select(LogWorld.Name)];

    /// <summary>Subjects whose rows are in this lane.</summary>
    private static IEnumerable<string> SubjectsOf(LogWorld world, int lane) =>
        Enumerable.Range(0, 10_000).Select(n => $"{world.Subject}#in{n}")
        .Where(subject => LogRow.PartitionOf(LogRow.Stem(world.Key, subject)) == $"lane{lane}");

    private static LogWorld Unhindered(LogWorld world)
    {
        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        return world;
    }

    /// <summary>Writes pass through the turnstile.</summary>
    private static async Task<HttpResponseMessage?> PassAsync(Turnstile turnstile, string what)
    {
        if (!what.StartsWith("GET", StringComparison.Ordinal))
            await turnstile.PassAsync();
        return null;
    }

    /// <summary>
    /// Writes wait until the gate opens; <paramref name="stalled"/> completes when the first one arrives.
    /// </summary>
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
