using AtpKeyserver.Storage;
using AtpKeyserver.Tests.Integration.Support;
using AtpKeyserver.Tests.Support;
using AtpKeyserver.Tests.Support.Faults;
using Azure;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.Integration.Storage;

/// <summary>A change whose response is damaged was made, and is recognized by its id.</summary>
public sealed class DamagedChangeTests(AzuriteFixture azurite) : TablesTestBase(azurite)
{
    public static TheoryData<string, bool> Damages()
    {
        var data = new TheoryData<string, bool>();
        foreach (var damage in MangledAnswer.All.Where(damage => damage.Calls.Contains(StorageCall.Transaction)))
        {
            data.Add(damage.Name, false);
            data.Add(damage.Name, true);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task The_change_is_made_once(string damage, bool isFirst)
    {
        using var transport = new MangledTransport();
        var options = new TableClientOptions { Transport = transport.Transport, Retry = { MaxRetries = 0 } };
        var client = new TableServiceClient(Azurite.ConnectionString, options).GetTableClient(Table.Name);
        var table = new Table(client, client);
        ETag? replaced = isFirst ? null : (await Table.AddEntityAsync(new TableEntity("p", "head"))).Headers.ETag;
        var change = new PartitionChange(table);
        change.WriteHead(new TableEntity("p", "head") { [PartitionChange.IdColumn] = change.Id }, replaced);
        change.Insert(new TableEntity("p", "row"));

        transport.Mangle(after: 0, MangledAnswer.All.Single(each => each.Name == damage));
        Assert.True(await change.CommitAsync(default));

        Assert.True(transport.HasMangled);
        Assert.Equal([StorageCall.Transaction, StorageCall.Transaction, StorageCall.Read], transport.Calls);
        Assert.Equal(2, await Table.QueryAsync<TableEntity>().CountAsync());
    }

    [Fact]
    public async Task A_change_id_of_another_type_belongs_to_another_change()
    {
        var table = new Table(Table, Table);
        var old = (await Table.AddEntityAsync(new TableEntity("p", "head"))).Headers.ETag!.Value;
        await Table.UpsertEntityAsync(new TableEntity("p", "head") { [PartitionChange.IdColumn] = 1 });
        var change = new PartitionChange(table);
        change.WriteHead(new TableEntity("p", "head") { [PartitionChange.IdColumn] = change.Id }, old);

        Assert.False(await change.CommitAsync(default));
    }
}
