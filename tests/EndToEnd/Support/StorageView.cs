using AtpKeyserver.DevStack;
using AtpKeyserver.Tests.EndToEnd.Support.Counting;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>
/// The storage as read and written without the key vault. Partition keys are hashes: columns contain their values.
/// </summary>
public sealed class StorageView(Stack stack)
{
    public TableServiceClient Service { get; } = new(stack.Azurite.ConnectionString);

    public TableClient Groups => Service.GetTableClient("groups");

    public TableClient Accounts => Service.GetTableClient("accounts");

    public Task<string> PartitionOfGroupAsync(string id) => PartitionAsync(Groups, "GroupId", id);

    public Task<string> PartitionOfAccountAsync(string did) => PartitionAsync(Accounts, "Did", did);

    /// <summary>Every row of every table.</summary>
    public async Task<List<(string Table, TableEntity Row)>> AllAsync()
    {
        var rows = new List<(string, TableEntity)>();
        await foreach (var table in Service.QueryAsync())
        {
            await foreach (var row in Service.GetTableClient(table.Name).QueryAsync<TableEntity>())
                rows.Add((table.Name, row));
        }

        return rows;
    }

    /// <summary>Waits until the events of all changes are deleted, which takes a second.</summary>
    public Task EventsAreDeletedAsync() => EventDeletion.WaitAsync(Service).WaitAsync(Eventually.Patience);

    public async Task<int> CountLogRowsAsync()
    {
        var count = 0;
        await foreach (var table in Service.QueryAsync("TableName ge 'accesslog' and TableName lt 'accessloh'"))
            count += await Service.GetTableClient(table.Name).QueryAsync<TableEntity>(select: ["RowKey"]).CountAsync();
        return count;
    }

    private static async Task<string> PartitionAsync(TableClient table, string column, string value)
    {
        await foreach (var row in table.QueryAsync<TableEntity>($"{column} eq '{value}' and RowKey lt 'i'"))
            return row.PartitionKey;
        throw new InvalidOperationException($"No row has {column} = {value}.");
    }
}
