using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd.Support.Counting;

/// <summary>Waits until the events of all changes are deleted, which takes some seconds.</summary>
public static class EventDeletion
{
    public static async Task WaitAsync(TableServiceClient storage)
    {
        foreach (var table in new[] { "groups", "accounts" })
        {
            while (await storage.GetTableClient(table).QueryAsync<TableEntity>(
                row => row.RowKey.CompareTo("e:") >= 0 && row.RowKey.CompareTo("e;") < 0, maxPerPage: 1).AnyAsync())
                await Task.Delay(50);
        }
    }
}
