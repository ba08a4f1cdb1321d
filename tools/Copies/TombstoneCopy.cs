using System.Runtime.CompilerServices;
using AtpKeyserver.Accounts.Rows;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Copies;

/// <summary>
/// Copies the tombstones of deleted accounts and groups. Store them apart from the tables. They identify nobody: they
/// hold hashes, numbers and times.
/// </summary>
public sealed class TombstoneCopy(TableServiceClient service)
{
    public async Task RunAsync(string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        var now = TimeProvider.System.GetUtcNow();
        foreach (var table in new[] { Tables.AccountsName, Tables.GroupsName })
        {
            var path = Path.Combine(folder, $"{table}-{now:yyyyMMdd'T'HHmmssfff}.jsonl.gz");
            var count = await RowFile.WriteAsync(path, FindAsync(table, cancellation), cancellation);
            Console.WriteLine($"{table}: {count} tombstones");
        }
    }

    private async IAsyncEnumerable<TableEntity> FindAsync(
        string table, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var filter = TableClient.CreateQueryFilter($"State ne {AccountRow.Active}");
        var rows = service.GetTableClient(table).QueryAsync<TableEntity>(filter, cancellationToken: cancellation);
        await foreach (var row in StoragePages.ReadAsync(rows, cancellation))
        {
            var own = table == Tables.AccountsName ? RowKeys.Account(row.PartitionKey) : RowKeys.Head(row.PartitionKey);
            if (row.RowKey == own && row.TryGetValue(AccountRow.StateColumn, out var state)
                && state is not AccountRow.Active)
                yield return row;
        }
    }
}
