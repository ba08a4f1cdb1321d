using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace AtpKeyserver.Tests.Integration.TablesClient;

public sealed class TablesTestsEntities(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Fact]
    public async Task Can_read_what_was_added()
    {
        var added = await Table.AddEntityAsync(new TableEntity("p", "r") { ["Text"] = "hello" });

        var read = await Table.GetEntityAsync<TableEntity>("p", "r");

        Assert.Equal(("p", "r", "hello"), (read.Value.PartitionKey, read.Value.RowKey, read.Value.GetString("Text")));
        Assert.Equal(added.Headers.ETag, read.Value.ETag);
        Assert.NotNull(read.Value.Timestamp);
        var now = TimeProvider.System.GetUtcNow();
        Assert.InRange(read.Value.Timestamp.Value, now.AddMinutes(-1), now.AddMinutes(1));
    }

    [Fact]
    public async Task Adding_twice_conflicts()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r"));

        var failure = await FailsAsync(409, "EntityAlreadyExists", () => Table.AddEntityAsync(new TableEntity("p", "r")));

        Assert.True(failure.ErrorCode! == TableErrorCode.EntityAlreadyExists);
    }

    [Fact]
    public async Task Reading_what_is_absent_fails_or_has_no_value()
    {
        await FailsAsync(404, "ResourceNotFound", () => Table.GetEntityAsync<TableEntity>("p", "absent"));
        var answer = await Table.GetEntityIfExistsAsync<TableEntity>("p", "absent");

        Assert.False(answer.HasValue);
        Assert.Equal(404, answer.GetRawResponse().Status);
        Assert.Throws<InvalidOperationException>(() => answer.Value);
    }

    [Fact]
    public async Task Reading_what_exists_has_a_value()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["N"] = 7 });

        var answer = await Table.GetEntityIfExistsAsync<TableEntity>("p", "r");

        Assert.True(answer.HasValue);
        Assert.Equal(7, answer.Value!.GetInt32("N"));
    }

    [Fact]
    public async Task Reading_from_an_absent_table_says_so()
    {
        var nowhere = Service.GetTableClient(AzuriteFixture.NewTableName());

        await FailsAsync(404, "TableNotFound", () => nowhere.AddEntityAsync(new TableEntity("p", "r")));
    }

    [Fact]
    public async Task An_update_replaces_or_merges()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 2 });
        var read = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;

        await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["B"] = 3 }, read.ETag);
        var merged = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;
        await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["B"] = 4 }, merged.ETag, TableUpdateMode.Replace);
        var replaced = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;

        Assert.Equal((1, 3), (merged.GetInt32("A"), merged.GetInt32("B")));
        Assert.Equal((null, 4), (replaced.GetInt32("A"), replaced.GetInt32("B")));
    }

    [Fact]
    public async Task An_update_needs_the_current_etag()
    {
        var first = (await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1 })).Headers.ETag!.Value;
        var second = (await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["A"] = 2 }, first)).Headers.ETag!.Value;

        Assert.NotEqual(first, second);
        await FailsAsync(412, "UpdateConditionNotSatisfied", () => Table.UpdateEntityAsync(new TableEntity("p", "r") { ["A"] = 3 }, first));
        await FailsAsync(
            412, "UpdateConditionNotSatisfied", () => Table.UpdateEntityAsync(new TableEntity("p", "r"), first, TableUpdateMode.Replace));
        Assert.Equal(2, (await Table.GetEntityAsync<TableEntity>("p", "r")).Value.GetInt32("A"));
    }

    [Fact]
    public async Task An_update_with_any_etag_needs_the_row()
    {
        await FailsAsync(404, "ResourceNotFound", () => Table.UpdateEntityAsync(new TableEntity("p", "absent"), ETag.All));
        await Assert.ThrowsAsync<ArgumentException>(() => Table.UpdateEntityAsync(new TableEntity("p", "absent"), default));
    }

    [Theory]
    [InlineData(TableUpdateMode.Merge, 1)]
    [InlineData(TableUpdateMode.Replace, null)]
    public async Task An_upsert_makes_and_changes(TableUpdateMode mode, int? remains)
    {
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, mode);
        await Table.UpsertEntityAsync(new TableEntity("p", "r") { ["B"] = 2 }, mode);

        var read = (await Table.GetEntityAsync<TableEntity>("p", "r")).Value;

        Assert.Equal((remains, 2), (read.GetInt32("A"), read.GetInt32("B")));
    }

    [Fact]
    public async Task A_delete_minds_the_etag()
    {
        var first = (await Table.AddEntityAsync(new TableEntity("p", "r"))).Headers.ETag!.Value;
        await Table.UpdateEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, first);

        await FailsAsync(412, "UpdateConditionNotSatisfied", () => Table.DeleteEntityAsync("p", "r", first));
        var deleted = await Table.DeleteEntityAsync("p", "r");

        Assert.Equal(204, deleted.Status);
        Assert.False((await Table.GetEntityIfExistsAsync<TableEntity>("p", "r")).HasValue);
    }

    [Fact]
    public async Task Deleting_what_is_absent_is_no_error()
    {
        Assert.Equal(404, (await Table.DeleteEntityAsync("p", "absent")).Status);
        Assert.Equal(404, (await Table.DeleteEntityAsync(new TableEntity("p", "absent"), ETag.All)).Status);
    }

    [Fact]
    public async Task A_read_can_select_columns()
    {
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = 2 });

        var read = (await Table.GetEntityAsync<TableEntity>("p", "r", ["B"])).Value;

        Assert.Equal((null, 2), (read.GetInt32("A"), read.GetInt32("B")));
    }
}
