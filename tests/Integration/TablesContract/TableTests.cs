using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.TablesContract;

/// <summary>Whole tables.</summary>
public sealed class TableTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    [Fact]
    public async Task Tables_are_created_listed_by_name_and_deleted()
    {
        string[] names = [AzuriteFixture.NewTableName(), AzuriteFixture.NewTableName()];
        foreach (var name in names)
            await Service.GetTableClient(name).CreateIfNotExistsAsync();

        var filter = TableServiceClient.CreateQueryFilter($"TableName ge {names[1]} and TableName lt {names[1] + "x"}");
        var listed = await AllAsync(Service.QueryAsync(filter));
        foreach (var name in names)
            Assert.Equal(204, (await Service.DeleteTableAsync(name)).Status);

        Assert.Equal(names[1], Assert.Single(listed).Name);
        Assert.Empty(await AllAsync(Service.QueryAsync(filter)));
    }

    [Fact]
    public async Task Creating_an_existing_table_is_not_an_error() =>
        Assert.Equal(409, (await Table.CreateIfNotExistsAsync()).GetRawResponse().Status);

    [Fact]
    public async Task Deleting_an_absent_table_is_not_an_error() =>
        Assert.Equal(404, (await Service.DeleteTableAsync(AzuriteFixture.NewTableName())).Status);
}
