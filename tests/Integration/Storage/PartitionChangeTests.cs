using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Storage;

/// <summary>
/// A change happens once or not at all, or is reported as indeterminate; on Azurite, with lost responses.
/// </summary>
public sealed class PartitionChangeTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    private readonly UnreliableTransport _transport = new();

    [Fact]
    public async Task A_change_whose_response_was_lost_is_recognized_and_made_once()
    {
        var (table, head) = await OpenAsync();
        _transport.LoseAnswers(1);
        var change = Change(table, head, counter: 1);

        Assert.True(await change.CommitAsync(CancellationToken.None));
        Assert.Equal(2, _transport.Batches);
        Assert.Equal(1, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task A_refused_change_is_retried()
    {
        var (table, head) = await OpenAsync();
        _transport.Refuse(2);
        Assert.True(await Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.Equal(3, _transport.Batches);
    }

    [Fact]
    public async Task A_change_of_an_outdated_head_is_a_conflict_and_changes_nothing()
    {
        var (table, head) = await OpenAsync();
        Assert.True(await Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.False(await Change(table, head, counter: 2).CommitAsync(CancellationToken.None));
        Assert.Equal(1, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task A_lost_response_followed_by_another_change_is_indeterminate()
    {
        var (table, head) = await OpenAsync();
        _transport.LoseAnswers(1, thenRun: async () =>
            Assert.True(await Change(table, await HeadAsync(table), counter: 7).CommitAsync(CancellationToken.None)));

        var refused = await Assert.ThrowsAsync<KeyserverException>(
            () => Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.Equal(ErrorName.UpstreamFailure, refused.Error);
        Assert.Equal(7, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task A_silent_storage_is_an_upstream_failure()
    {
        var (table, head) = await OpenAsync();
        _transport.Refuse(int.MaxValue);
        var refused = await Assert.ThrowsAsync<KeyserverException>(
            () => Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.Equal((ErrorName.UpstreamFailure, 3), (refused.Error, _transport.Batches));
        Assert.Equal(0, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task A_change_that_timed_out_is_retried_and_recognized()
    {
        var (table, head) = await OpenAsync();
        _transport.LoseAnswers(1, late: true);
        Assert.True(await Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.Equal(2, _transport.Batches);
        Assert.Equal(1, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task An_existing_row_under_an_unchanged_head_is_tampering()
    {
        var (table, head) = await OpenAsync();
        await table.TryInsertAsync(new TableEntity("p", "row1"), CancellationToken.None);
        await Assert.ThrowsAsync<TamperedException>(
            () => Change(table, head, counter: 1).CommitAsync(CancellationToken.None));
        Assert.Equal((1, 0), (_transport.Batches, (await HeadAsync(table)).GetInt32("Counter")));
    }

    [Fact]
    public async Task An_optional_row_that_exists_is_reported_and_nothing_is_changed()
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
    public async Task An_optional_row_is_written_once_even_when_the_response_is_lost()
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
    public async Task Another_existing_row_is_still_tampering()
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
    public async Task An_existing_optional_row_under_a_changed_head_is_a_conflict()
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
    public async Task An_existing_row_is_tampering_for_a_first_change()
    {
        var (table, _) = await OpenAsync();
        await table.TryInsertAsync(new TableEntity("q", "row"), CancellationToken.None);
        var change = new PartitionChange(table);
        change.WriteHead(new TableEntity("q", "head") { [PartitionChange.IdColumn] = change.Id }, etag: null);
        change.Insert(new TableEntity("q", "row"));
        await Assert.ThrowsAsync<TamperedException>(() => change.CommitAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_head_that_disappears_during_a_first_change_is_not_tampering()
    {
        var (table, _) = await OpenAsync();
        await table.TryInsertAsync(
            new TableEntity("q", "head") { [PartitionChange.IdColumn] = "another" }, CancellationToken.None);
        _transport.AfterNext(() => table.DeleteAsync("q", "head", CancellationToken.None));
        var change = new PartitionChange(table);
        change.WriteHead(new TableEntity("q", "head") { [PartitionChange.IdColumn] = change.Id }, etag: null);
        change.Insert(new TableEntity("q", "row"));
        Assert.True(await change.CommitAsync(CancellationToken.None));
        Assert.Equal(2, _transport.Batches);
    }

    [Fact]
    public async Task The_first_change_creates_the_table()
    {
        var name = AzuriteFixture.NewTableName();
        var table = new Table(Client(name), Client(name));
        var change = new PartitionChange(table);
        change.WriteHead(Head(change, counter: 1), etag: null);
        Assert.True(await change.CommitAsync(CancellationToken.None));
        Assert.Equal(1, (await HeadAsync(table)).GetInt32("Counter"));
    }

    [Fact]
    public async Task A_transaction_over_two_partitions_or_100_operations_is_a_bug()
    {
        var (table, _) = await OpenAsync();
        TableTransactionAction Add(string partition, int row) =>
            new(TableTransactionActionType.Add, new TableEntity(partition, $"{row}"));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => table.SubmitAsync([Add("a", 1), Add("b", 1)], CancellationToken.None));
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => table.SubmitAsync(
                [.. Enumerable.Range(0, 101).Select(row => Add("a", row))], CancellationToken.None));
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

    private static async Task<TableEntity> HeadAsync(Table table) =>
        (await table.GetAsync("p", "head", CancellationToken.None))!;

    /// <summary>Loses the responses of transactions, or fails before they are sent.</summary>
    private sealed class UnreliableTransport : HttpPipelineTransport
    {
        private static readonly HttpClientTransport Network =
            new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(3) });

        private int _lose;
        private int _refuse;
        private bool _late;
        private Func<Task>? _thenRun;
        private Func<Task>? _afterNext;

        public int Batches { get; private set; }

        public void LoseAnswers(int count, Func<Task>? thenRun = null, bool late = false) =>
            (_lose, _thenRun, _late) = (count, thenRun, late);

        public void Refuse(int count) => _refuse = count;

        /// <summary>Runs a callback between the next transaction and its response.</summary>
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
                throw _late
                    ? new TaskCanceledException("The answer took longer than the network timeout.")
                    : new RequestFailedException("The answer was lost.");
            }
        }
    }
}
