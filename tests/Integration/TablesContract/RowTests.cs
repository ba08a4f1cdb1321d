using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesContract;

/// <summary>What the product expects of reads and writes of one row.</summary>
public sealed class RowTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Fact]
    public async Task An_added_row_is_read_with_its_etag_and_timestamp()
    {
        var added = await Table.AddEntityAsync(new TableEntity("p", "r") { ["Text"] = "hello" });

        var answer = await Table.GetEntityIfExistsAsync<TableEntity>("p", "r");

        var read = answer.Value!;
        Assert.Equal(("p", "r", "hello"), (read.PartitionKey, read.RowKey, read.GetString("Text")));
        Assert.Equal(added.Headers.ETag, read.ETag);
        var now = TimeProvider.System.GetUtcNow();
        Assert.InRange(read.Timestamp!.Value, now.AddMinutes(-1), now.AddMinutes(1));
    }

    [Fact]
    public async Task An_absent_row_has_no_value()
    {
        var answer = await Table.GetEntityIfExistsAsync<TableEntity>("p", "absent");

        Assert.False(answer.HasValue);
        Assert.Equal(404, answer.GetRawResponse().Status);
    }

    [Fact]
    public async Task A_row_in_an_absent_table_has_no_value_and_cannot_be_added()
    {
        var nowhere = Service.GetTableClient(AzuriteFixture.NewTableName());

        Assert.False((await nowhere.GetEntityIfExistsAsync<TableEntity>("p", "r")).HasValue);
        await FailsAsync(404, "TableNotFound", () => nowhere.AddEntityAsync(new TableEntity("p", "r")));
        await FailsAsync(404, "TableNotFound", () => nowhere.UpsertEntityAsync(new TableEntity("p", "r")));
    }

    [Fact]
    public async Task Adding_twice_conflicts()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"));

        await FailsAsync(409, "EntityAlreadyExists", () => Table.AddEntityAsync(new TableEntity("p", "r")));
    }

    [Fact]
    public async Task A_replacement_needs_the_current_etag_and_drops_other_columns()
    {
        var added = await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 1 });
        var first = added.Headers.ETag!.Value;
        await ReplaceAsync(new TableEntity("p", "r") { ["A"] = 2 }, first);

        await FailsAsync(412, "UpdateConditionNotSatisfied", () => ReplaceAsync(new TableEntity("p", "r"), first));

        var read = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal((2, null), (read.GetInt32("A"), read.GetInt32("B")));
        Assert.NotEqual(first, read.ETag);
    }

    [Fact]
    public async Task A_replacement_needs_the_row() => await FailsAsync(
        404, "ResourceNotFound", () => ReplaceAsync(new TableEntity("p", "absent"), new ETag("W/\"1\"")));

    [Fact]
    public async Task An_upsert_inserts_and_replaces()
    {
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, TableUpdateMode.Replace);
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["B"] = 2 }, TableUpdateMode.Replace);

        var read = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;

        Assert.Equal((null, 2), (read.GetInt32("A"), read.GetInt32("B")));
    }

    [Fact]
    public async Task A_delete_respects_the_etag()
    {
        var first = (await Table.AddEntityAsync(new TableEntity("p", "r"))).Headers.ETag!.Value;
        await ReplaceAsync(new TableEntity("p", "r") { ["A"] = 1 }, first);

        await FailsAsync(412, "UpdateConditionNotSatisfied", () => Table.DeleteEntityAsync("p", "r", first));
        Assert.Equal(204, (await Table.DeleteEntityAsync("p", "r", ETag.All)).Status);
        Assert.False((await Table.GetEntityIfExistsAsync<TableEntity>("p", "r")).HasValue);
    }

    [Fact]
    public async Task Deleting_an_absent_row_is_not_an_error() =>
        Assert.Equal(404, (await Table.DeleteEntityAsync("p", "absent", ETag.All)).Status);

    private Task<Response> ReplaceAsync(TableEntity row, ETag etag) =>
        Table.UpdateEntityAsync(row, etag, TableUpdateMode.Replace);
}
