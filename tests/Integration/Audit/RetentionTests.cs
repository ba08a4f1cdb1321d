using System.Net;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Integration.Audit;

/// <summary>The log is dropped a day at a time; a failure does not block other days.</summary>
[Collection(AzuriteCollection.Name)]
public sealed class RetentionTests(AzuriteFixture azurite)
{
    private static readonly DateTimeOffset Start = new(2033, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Each_day_the_oldest_table_is_dropped_and_tomorrows_is_created()
    {
        await using var world = new LogWorld(azurite, Start);
        for (var day = 0; day < 100; day++)
        {
            await world.Retention.RunAsync(CancellationToken.None);
            world.Clock.Advance(TimeSpan.FromDays(1));
        }

        world.Clock.TurnBack(TimeSpan.FromDays(1));
        var tables = await NamesAsync(world);
        // The 90 days before today, today, tomorrow.
        Assert.Equal(92, tables.Count);
        Assert.Equal(Name(world.Clock.GetUtcNow().AddDays(1)), tables[^1]);
        Assert.Equal(Name(world.Clock.GetUtcNow().AddDays(-90)), tables[0]);

        // A run that is a month late drops all overdue tables.
        world.Clock.Advance(TimeSpan.FromDays(30));
        await world.Retention.RunAsync(CancellationToken.None);
        Assert.Equal(92 - 30 + 1, (await NamesAsync(world)).Count);
    }

    [Fact]
    public async Task A_table_that_cannot_be_dropped_does_not_stop_the_others_and_fails_the_run()
    {
        await using var world = new LogWorld(azurite, Start.AddYears(1));
        var (first, second, third) = (Name(Start.AddDays(100)), Name(Start.AddDays(101)), Name(Start.AddDays(102)));
        foreach (var name in (string[])[first, second, third])
            await world.Service.CreateTableIfNotExistsAsync(name);
        world.Door.Before = what => Task.FromResult(
            what.Contains($"'{second}'", StringComparison.Ordinal)
                ? StorageInterceptor.Refusal(HttpStatusCode.InternalServerError, "InternalError")
                : null);
        await Assert.ThrowsAsync<AggregateException>(() => world.Retention.RunAsync(CancellationToken.None));
        var left = await NamesAsync(world);
        Assert.Contains(second, left);
        Assert.DoesNotContain(first, left);
        Assert.DoesNotContain(third, left);
        foreach (var line in (string[])[
            $"Dropped table {first}", $"Dropped table {third}", $"Dropping table {second} failed"])
            Assert.Contains(world.Lines.All, logged => logged.Contains(line, StringComparison.Ordinal));

        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        await world.Retention.RunAsync(CancellationToken.None);
        Assert.DoesNotContain(second, await NamesAsync(world));
    }

    [Fact]
    public async Task Concurrent_instances_do_not_disturb_each_other()
    {
        await using var world = new LogWorld(azurite, Start.AddYears(2));
        for (var day = 0; day < 20; day++)
            await world.Service.CreateTableIfNotExistsAsync(Name(Start.AddYears(1).AddDays(day)));
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => world.Retention.RunAsync(CancellationToken.None)));
        Assert.Equal([Name(world.Clock.GetUtcNow().AddDays(1))], await NamesAsync(world));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "ResourceNotFound")]
    [InlineData(HttpStatusCode.Conflict, "TableBeingDeleted")]
    public async Task A_table_that_is_already_being_deleted_is_not_a_failure(HttpStatusCode status, string code)
    {
        await using var world = new LogWorld(azurite, Start.AddYears(3));
        var name = Name(Start.AddYears(1));
        await world.Service.CreateTableIfNotExistsAsync(name);
        world.Door.Before = what => Task.FromResult(
            what.Contains($"'{name}'", StringComparison.Ordinal) ? StorageInterceptor.Refusal(status, code) : null);
        await world.Retention.RunAsync(CancellationToken.None);
        world.Door.Before = _ => Task.FromResult<HttpResponseMessage?>(null);
        await world.Retention.RunAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Tables_with_other_names_are_kept()
    {
        await using var world = new LogWorld(azurite, Start.AddYears(4));
        string[] others =
            ["accesslog2033010", "accesslog203301011", "accesslog2033010a", "accesslogbackup1", "accesslo20330101"];
        foreach (var name in others)
            await world.Service.CreateTableIfNotExistsAsync(name);
        await world.Retention.RunAsync(CancellationToken.None);
        var left = await world.Service.QueryAsync().Select(table => table.Name).ToListAsync();
        Assert.All(others, name => Assert.Contains(name, left));
        foreach (var name in others)
            await world.Service.DeleteTableAsync(name);
    }

    private static string Name(DateTimeOffset day) => $"accesslog{day:yyyyMMdd}";

    /// <summary>The access log's tables up to tomorrow; those of other tests are later.</summary>
    private static async Task<List<string>> NamesAsync(LogWorld world)
    {
        var last = Name(world.Clock.GetUtcNow().AddDays(1));
        var names = await world.Service.QueryAsync().Select(table => table.Name).ToListAsync();
        return [.. names.Where(
            name => name.StartsWith("accesslog", StringComparison.Ordinal) && string.CompareOrdinal(name, last) <= 0)];
    }
}
