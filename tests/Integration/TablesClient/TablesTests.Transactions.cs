using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesClient;

public sealed class TablesTestsTransactions(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Fact]
    public async Task All_kinds_of_action_succeed_together()
    {
        var head = (await Table.AddEntityAsync(new TableEntity("p", "head") { ["A"] = 1, ["B"] = 1 })).Headers.ETag!.Value;
        var other = (await Table.AddEntityAsync(new TableEntity("p", "other") { ["A"] = 1, ["B"] = 1 })).Headers.ETag!.Value;
        await Table.AddEntityAsync(new TableEntity("p", "gone"));

        var answer = await Table.SubmitTransactionAsync([
            new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "head") { ["A"] = 2 }, head),
            new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "other") { ["A"] = 2 }, other),
            new(TableTransactionActionType.Add, new TableEntity("p", "added") { ["Secret"] = new byte[] { 1, 2, 3 }, ["N"] = 1L << 40 }),
            new(TableTransactionActionType.Delete, new TableEntity("p", "gone")),
            new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "merged") { ["A"] = 1 }),
            new(TableTransactionActionType.UpsertReplace, new TableEntity("p", "replaced") { ["A"] = 1 }),
        ]);

        Assert.Equal(202, answer.GetRawResponse().Status);
        Assert.All(answer.Value, part => Assert.Equal(204, part.Status));
        Assert.Equal(6, answer.Value.Count);
        var rows = (await AllAsync(Table.QueryAsync<TableEntity>())).ToDictionary(row => row.RowKey);
        Assert.Equal(["added", "head", "merged", "other", "replaced"], rows.Keys.Order());
        Assert.Equal((2, 1), (rows["head"].GetInt32("A"), rows["head"].GetInt32("B")));
        Assert.Equal((2, null), (rows["other"].GetInt32("A"), rows["other"].GetInt32("B")));
        Assert.Equal(new byte[] { 1, 2, 3 }, rows["added"].GetBinary("Secret"));
        Assert.Equal(1L << 40, rows["added"].GetInt64("N"));
        Assert.Equal(rows["head"].ETag, answer.Value[0].Headers.ETag);
        Assert.Equal(rows["added"].ETag, answer.Value[2].Headers.ETag);
    }

    [Fact]
    public async Task A_failure_names_its_action_and_changes_nothing()
    {
        await Table.AddEntityAsync(new TableEntity("p", "2"));

        var failure = await TransactionFailsAsync(409, "EntityAlreadyExists", () => Table.SubmitTransactionAsync(
            Enumerable.Range(0, 5).Select(n => new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"{n}")))));

        Assert.Equal(2, failure.FailedTransactionActionIndex);
        Assert.Single(await AllAsync(Table.QueryAsync<TableEntity>()));
    }

    [Theory]
    [InlineData(TableTransactionActionType.UpdateMerge)]
    [InlineData(TableTransactionActionType.UpdateReplace)]
    [InlineData(TableTransactionActionType.Delete)]
    public async Task A_stale_etag_fails_the_whole(TableTransactionActionType kind)
    {
        var stale = (await Table.AddEntityAsync(new TableEntity("p", "head") { ["A"] = 1 })).Headers.ETag!.Value;
        await Table.UpdateEntityAsync(new TableEntity("p", "head") { ["A"] = 2 }, stale);

        var failure = await TransactionFailsAsync(412, "UpdateConditionNotSatisfied", () => Table.SubmitTransactionAsync([
            new(TableTransactionActionType.Add, new TableEntity("p", "added")),
            new(kind, new TableEntity("p", "head") { ["A"] = 3 }, stale),
        ]));

        Assert.Equal(1, failure.FailedTransactionActionIndex);
        Assert.False((await Table.GetEntityIfExistsAsync<TableEntity>("p", "added")).HasValue);
        Assert.Equal(2, (await Table.GetEntityAsync<TableEntity>("p", "head")).Value.GetInt32("A"));
    }

    [Fact]
    public async Task An_absent_row_fails_the_whole()
    {
        var failure = await TransactionFailsAsync(404, "ResourceNotFound", () => Table.SubmitTransactionAsync([
            new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "absent"), ETag.All),
        ]));

        Assert.Equal(0, failure.FailedTransactionActionIndex);
    }

    [Fact]
    public async Task A_hundred_actions_fit()
    {
        const string Text = "äöü€\r\n--x HTTP/1.1 🔑";

        var answer = await Table.SubmitTransactionAsync(Enumerable.Range(0, 100).Select(n =>
            new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", $"{n:D3}") { ["Text"] = Text })));

        Assert.Equal(100, answer.Value.Count);
        var rows = await AllAsync(Table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {"p"}")));
        Assert.Equal(100, rows.Count);
        Assert.All(rows, row => Assert.Equal(Text, row.GetString("Text")));
    }

    [Fact]
    public async Task Keys_with_odd_characters_work_inside_a_transaction()
    {
        const string Key = "did:plc:a!b.c_d-e~f'g=h+i@j (k)";
        var etag = (await Table.AddEntityAsync(new TableEntity(Key, Key) { ["A"] = 1 })).Headers.ETag!.Value;

        await Table.SubmitTransactionAsync([
            new(TableTransactionActionType.UpdateMerge, new TableEntity(Key, Key) { ["A"] = 2 }, etag),
            new(TableTransactionActionType.Add, new TableEntity(Key, Key + "2")),
        ]);

        Assert.Equal(2, (await Table.GetEntityAsync<TableEntity>(Key, Key)).Value.GetInt32("A"));
        Assert.True((await Table.GetEntityIfExistsAsync<TableEntity>(Key, Key + "2")).HasValue);
    }

    [Fact]
    public async Task An_empty_transaction_is_refused() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Table.SubmitTransactionAsync([]));
}
