using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesContract;

/// <summary>
/// Entity group transactions: all operations or none, and a failure that names the operation and the reason.
/// </summary>
public sealed class TransactionTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Fact]
    public async Task All_kinds_of_operations_succeed_together()
    {
        var head =
            (await Table.AddEntityAsync(new TableEntity("p", "head") { ["A"] = 1, ["B"] = 1 })).Headers.ETag!.Value;
        await Table.AddEntityAsync(new TableEntity("p", "gone"));

        var answer = await Table.SubmitTransactionAsync([
            new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "head") { ["A"] = 2 }, head),
            new(TableTransactionActionType.Add,
                new TableEntity("p", "added") { ["Secret"] = new byte[] { 1, 2, 3 }, ["N"] = 1L << 40 }),
            new(TableTransactionActionType.Delete, new TableEntity("p", "gone"), ETag.All),
            new(TableTransactionActionType.UpsertReplace, new TableEntity("p", "put") { ["A"] = 1 }),
        ]);

        Assert.Equal(202, answer.GetRawResponse().Status);
        Assert.Equal([204, 204, 204, 204], answer.Value.Select(part => part.Status));
        var rows = (await AllAsync(Table.QueryAsync<TableEntity>())).ToDictionary(row => row.RowKey);
        Assert.Equal(["added", "head", "put"], rows.Keys.Order());
        Assert.Equal((2, null), (rows["head"].GetInt32("A"), rows["head"].GetInt32("B")));
        Assert.Equal(new byte[] { 1, 2, 3 }, rows["added"].GetBinary("Secret"));
        Assert.Equal(1L << 40, rows["added"].GetInt64("N"));
    }

    [Fact]
    public async Task An_existing_row_fails_the_whole_transaction_and_is_named()
    {
        await Table.AddEntityAsync(new TableEntity("p", "2"));

        var failure = await TransactionFailsAsync(409, "EntityAlreadyExists", () => Table.SubmitTransactionAsync(
            Enumerable.Range(0, 5).Select(
                n => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"{n}")))));

        Assert.Equal(2, failure.FailedTransactionActionIndex);
        Assert.Single(await AllAsync(Table.QueryAsync<TableEntity>()));
    }

    [Theory]
    [InlineData(TableTransactionActionType.UpdateReplace)]
    [InlineData(TableTransactionActionType.Delete)]
    public async Task A_stale_etag_fails_the_whole_transaction(TableTransactionActionType kind)
    {
        var stale = (await Table.AddEntityAsync(new TableEntity("p", "head") { ["A"] = 1 })).Headers.ETag!.Value;
        await Table.UpdateEntityAsync(new TableEntity("p", "head") { ["A"] = 2 }, stale);

        var failure =
            await TransactionFailsAsync(412, "UpdateConditionNotSatisfied", () => Table.SubmitTransactionAsync([
            new(TableTransactionActionType.Add, new TableEntity("p", "added")),
            new(kind, new TableEntity("p", "head") { ["A"] = 3 }, stale),
        ]));

        Assert.Equal(1, failure.FailedTransactionActionIndex);
        Assert.False((await Table.GetEntityIfExistsAsync<TableEntity>("p", "added")).HasValue);
        Assert.Equal(2, (await Table.GetEntityAsync<TableEntity>("p", "head")).Value.GetInt32("A"));
    }

    [Theory]
    [InlineData(TableTransactionActionType.UpdateReplace)]
    [InlineData(TableTransactionActionType.Delete)]
    public async Task An_absent_row_fails_the_whole_transaction(TableTransactionActionType kind)
    {
        var failure = await TransactionFailsAsync(404, "ResourceNotFound", () => Table.SubmitTransactionAsync([
            new(TableTransactionActionType.Add, new TableEntity("p", "added")),
            new(kind, new TableEntity("p", "absent"), ETag.All),
        ]));

        Assert.Equal(1, failure.FailedTransactionActionIndex);
        Assert.False((await Table.GetEntityIfExistsAsync<TableEntity>("p", "added")).HasValue);
    }

    [Fact]
    public async Task An_absent_table_fails_the_whole_transaction()
    {
        var nowhere = Service.GetTableClient(AzuriteFixture.NewTableName());

        await TransactionFailsAsync(404, "TableNotFound", () => nowhere.SubmitTransactionAsync(
            [new(TableTransactionActionType.Add, new TableEntity("p", "r"))]));
    }

    [Fact]
    public async Task A_hundred_operations_fit()
    {
        const string Text = "äöü€\r\n--x HTTP/1.1 🔑";

        var answer = await Table.SubmitTransactionAsync(Enumerable.Range(0, 100).Select(n =>
            new TableTransactionAction(
                TableTransactionActionType.Add, new TableEntity("p", $"{n:D3}") { ["Text"] = Text })));

        Assert.Equal(100, answer.Value.Count);
        var rows =
            await AllAsync(Table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {"p"}")));
        Assert.Equal(100, rows.Count);
        Assert.All(rows, row => Assert.Equal(Text, row.GetString("Text")));
    }
}
