using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Storage;

/// <summary>A change happens once, or not at all, or it is said that nobody knows; on Azurite, with answers that get lost.</summary>
public sealed class PartitionChangeTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    private readonly UnreliableTransport _transport = new();

    [Fact]
    public async Task A_change_whose_answer_was_lost_is_recognised_and_made_once()
    {
        var (table, head) = await OpenAsync();
        _transport.LoseAnswers(1);
        var change = Change(table, head, counter: 1);

        Assert.True(await change.CommitAsync(CancellationToken.None));
        Assert.Equal(2, _transport.Batches);
        Assert.Equal(1, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task A_change_that_was_refused_is_repeated()
    {
        var (table, head) = await OpenAsync();
        _transport.Refuse(2);
        Assert.True(await Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.Equal(3, _transport.Batches);
    }

    [Fact]
    public async Task A_change_of_an_older_head_is_a_conflict_and_changes_nothing()
    {
        var (table, head) = await OpenAsync();
        Assert.True(await Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.False(await Change(table, head, counter: 2).CommitAsync(CancellationToken.None));
        Assert.Equal(1, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task When_another_change_followed_a_lost_answer_nobody_can_tell()
    {
        var (table, head) = await OpenAsync();
        _transport.LoseAnswers(1, thenRun: async () =>
            Assert.True(await Change(table, await HeadAsync(table), counter: 7).CommitAsync(CancellationToken.None)));

        var refused = await Assert.ThrowsAsync<KeyserverException>(() => Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.Equal(ErrorName.UpstreamFailure, refused.Error);
        Assert.Equal(7, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task A_storage_that_stays_silent_is_an_upstream_failure()
    {
        var (table, head) = await OpenAsync();
        _transport.Refuse(int.MaxValue);
        var refused = await Assert.ThrowsAsync<KeyserverException>(() => Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.Equal((ErrorName.UpstreamFailure, 3), (refused.Error, _transport.Batches));
        Assert.Equal(0, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task A_change_that_took_too_long_is_repeated_and_recognised()
    {
        var (table, head) = await OpenAsync();
        _transport.LoseAnswers(1, late: true);
        Assert.True(await Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.Equal(2, _transport.Batches);
        Assert.Equal(1, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task A_row_that_stands_in_the_way_of_an_unchanged_head_is_tampering()
    {
        var (table, head) = await OpenAsync();
        await table.TryInsertAsync(new TableEntity("p", "row1"), CancellationToken.None);
        await Assert.ThrowsAsync<TamperedException>(() => Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.Equal((1, 0), (_transport.Batches, (await HeadAsync(table)).GetInt32("Counter")));
    }

    [Fact]
    public async Task A_place_that_may_be_taken_is_told_and_nothing_is_changed()
    {
        var (table, head) = await OpenAsync();
        await table.TryInsertAsync(new TableEntity("p", "mine"), CancellationToken.None);
        var told = 0;
        var change = Change(table, head, counter: 1);
        change.InsertIfFree(new TableEntity("p", "mine"), () => told++);
        Assert.False(await change.CommitAsync(CancellationToken.None));
        Assert.Equal((1, 1, 0), (told, _transport.Batches, (await HeadAsync(table)).GetInt32("Counter")));
        Assert.Null(await table.GetAsync("p", "row1", CancellationToken.None));
    }

    [Fact]
    public async Task A_place_that_is_free_is_filled_once_also_when_the_answer_is_lost()
    {
        var (table, head) = await OpenAsync();
        _transport.LoseAnswers(1);
        var told = 0;
        var change = Change(table, head, counter: 1);
        change.InsertIfFree(new TableEntity("p", "mine"), () => told++);
        Assert.True(await change.CommitAsync(CancellationToken.None));
        Assert.Equal((0, 2, 1), (told, _transport.Batches, (await HeadAsync(table)).GetInt32("Counter")));
        Assert.NotNull(await table.GetAsync("p", "mine", CancellationToken.None));
    }

    [Fact]
    public async Task Beside_a_place_that_may_be_taken_another_row_in_the_way_is_still_tampering()
    {
        var (table, head) = await OpenAsync();
        await table.TryInsertAsync(new TableEntity("p", "row1"), CancellationToken.None);
        var told = 0;
        var change = Change(table, head, counter: 1);
        change.InsertIfFree(new TableEntity("p", "mine"), () => told++);
        await Assert.ThrowsAsync<TamperedException>(() => change.CommitAsync(CancellationToken.None));
        Assert.Equal(0, told);
    }

    [Fact]
    public async Task A_taken_place_under_a_head_that_has_changed_is_a_conflict()
    {
        var (table, head) = await OpenAsync();
        await table.TryInsertAsync(new TableEntity("p", "mine"), CancellationToken.None);
        Assert.True(await Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        var told = 0;
        var change = Change(table, head, counter: 2);
        change.InsertIfFree(new TableEntity("p", "mine"), () => told++);
        Assert.False(await change.CommitAsync(CancellationToken.None));
        Assert.Equal((0, 1), (told, (await HeadAsync(table)).GetInt32("Counter")));
    }

    [Fact]
    public async Task A_row_that_stands_in_the_way_of_a_first_change_is_tampering()
    {
        var (table, _) = await OpenAsync();
        await table.TryInsertAsync(new TableEntity("q", "row"), CancellationToken.None);
        var change = new PartitionChange(table);
        change.WriteHead(new TableEntity("q", "head") { [PartitionChange.IdColumn] = change.Id }, etag: null);
        change.Insert(new TableEntity("q", "row"));
        await Assert.ThrowsAsync<TamperedException>(() => change.CommitAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_head_that_vanishes_while_a_first_change_meets_it_is_no_tampering()
    {
        var (table, _) = await OpenAsync();
        await table.TryInsertAsync(new TableEntity("q", "head") { [PartitionChange.IdColumn] = "another" }, CancellationToken.None);
        _transport.AfterNext(() => table.DeleteAsync("q", "head", CancellationToken.None));
        var change = new PartitionChange(table);
        change.WriteHead(new TableEntity("q", "head") { [PartitionChange.IdColumn] = change.Id }, etag: null);
        change.Insert(new TableEntity("q", "row"));
        Assert.True(await change.CommitAsync(CancellationToken.None));
        Assert.Equal(2, _transport.Batches);
    }

    [Fact]
    public async Task The_first_change_makes_the_table()
    {
        var name = AzuriteFixture.NewTableName();
        var table = new Table(Client(name), Client(name));
        var change = new PartitionChange(table);
        change.WriteHead(Head(change, counter: 1), etag: null);
        Assert.True(await change.CommitAsync(CancellationToken.None));
        Assert.Equal(1, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task A_transaction_over_two_partitions_or_a_hundred_operations_is_a_bug()
    {
        var (table, _) = await OpenAsync();
        TableTransactionAction Add(string partition, int row) => new(TableTransactionActionType.Add, new TableEntity(partition, $"{row}"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => table.SubmitAsync([Add("a", 1), Add("b", 1)], CancellationToken.None));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => table.SubmitAsync([.. Enumerable.Range(0, 101).Select(row => Add("a", row))], CancellationToken.None));
    }

    private async Task<(Table Table, TableEntity Head)> OpenAsync()
    {
        var table = new Table(Client(Table.Name), Client(Table.Name));
        await table.TryInsertAsync(new TableEntity("p", "head") { ["Counter"] = 0 }, CancellationToken.None);
        return (table, await HeadAsync(table));
    }

    private TableClient Client(string name)
    {
        var options = new TableClientOptions { Transport = _transport, Retry = { MaxRetries = 0 } };
        return new TableServiceClient(Azurite.ConnectionString, options).GetTableClient(name);
    }

    private static PartitionChange Change(Table table, TableEntity head, int counter)
    {
        var change = new PartitionChange(table);
        change.WriteHead(Head(change, counter), head.ETag);
        change.Insert(new TableEntity("p", $"row{counter}"));
        return change;
    }

    private static TableEntity Head(PartitionChange change, int counter) =>
        new("p", "head") { ["Counter"] = counter, [PartitionChange.IdColumn] = change.Id };

    private static async Task<TableEntity> HeadAsync(Table table) => (await table.GetAsync("p", "head", CancellationToken.None))!;

    /// <summary>Loses answers of transactions that were made, or fails before they are.</summary>
    private sealed class UnreliableTransport : HttpPipelineTransport
    {
        private static readonly HttpClientTransport Network = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3) });

        private int _lose;
        private int _refuse;
        private bool _late;
        private Func<Task>? _thenRun;
        private Func<Task>? _afterNext;

        public int Batches { get; private set; }

        public void LoseAnswers(int count, Func<Task>? thenRun = null, bool late = false) => (_lose, _thenRun, _late) = (count, thenRun, late);

        public void Refuse(int count) => _refuse = count;

        /// <summary>Does something between the next transaction and its answer.</summary>
        public void AfterNext(Func<Task> run) => _afterNext = run;

        public override Request CreateRequest() => Network.CreateRequest();

        public override void Process(HttpMessage message) => throw new NotSupportedException();

        public override async ValueTask ProcessAsync(HttpMessage message)
        {
            if (!message.Request.Uri.ToString().Contains("$batch", StringComparison.Ordinal))
            {
                await Network.ProcessAsync(message);
                return;
            }

            Batches++;
            if (_refuse-- > 0)
                throw new RequestFailedException("The connection was refused.");
            await Network.ProcessAsync(message);
            if (Interlocked.Exchange(ref _afterNext, null) is { } next)
                await next();
            if (_lose-- > 0)
            {
                if (_thenRun is { } run)
                    await run();
                throw _late ? new TaskCanceledException("The answer took longer than the network timeout.") : new RequestFailedException("The answer was lost.");
            }
        }
    }
}
