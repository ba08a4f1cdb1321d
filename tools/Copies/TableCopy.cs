using System.Text.Json;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Copies;

/// <summary>
/// Copies all tables into files. The copy is not a snapshot, unless the server is read-only. Each group and account is
/// consistent: heads are read before members, delegates and versions, and a restore omits rows that are newer than
/// their head. A restore rebuilds the membership index.
/// </summary>
public sealed class TableCopy(TableServiceClient service)
{
    /// <summary>Indexes are copied before their targets, and keys last.</summary>
    private static readonly string[] Order =
        [Tables.MembershipsName, Tables.UnfinishedName, Tables.GroupsName, Tables.AccountsName];

    public async Task RunAsync(string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        if (Directory.EnumerateFileSystemEntries(folder).Any())
            throw new CopyException($"{folder} is not empty. Copy into a new folder.");
        var started = TimeProvider.System.GetUtcNow();
        List<string> tables = [];
        var query = service.QueryAsync(cancellationToken: cancellation);
        await foreach (var table in StoragePages.ReadAsync(query, cancellation))
            tables.Add(table.Name);
        // Read first: accounts that are copied during a rotation may need shard keys that are removed at its end.
        var keyring = tables.Contains(Tables.KeyringName)
            ? await ReadAsync(service.GetTableClient(Tables.KeyringName), filter: null, cancellation)
                .ToListAsync(cancellation)
            : [];
        Dictionary<string, int> counts = [];
        foreach (var name in tables.Where(IsCopied).OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal))
        {
            var client = service.GetTableClient(name);
            var rows = ReadAsync(client, filter: null, cancellation);
            rows = name switch
            {
                Tables.GroupsName => HeadsFirst(rows, partition => DelegatesAsync(client, partition, cancellation)),
                Tables.KeyringName => Join(keyring, rows),
                _ => rows,
            };
            counts[name] = await RowFile.WriteAsync(PathOf(folder, name), rows, cancellation);
            Console.WriteLine($"{name}: {counts[name]} rows");
        }

        if (counts.GetValueOrDefault(Tables.KeyringName) == 0)
            throw new CopyException("The storage account has no keyring: it is not a keyserver's.");
        var manifest = new Manifest(1, started, TimeProvider.System.GetUtcNow(), counts);
        var text = JsonSerializer.Serialize(manifest, RowJson.Default.Manifest);
        await File.WriteAllTextAsync(Path.Combine(folder, Manifest.FileName), text, cancellation);
    }

    /// <summary>
    /// Reads delegates again after the group's head. They sort before the head and may come from an earlier page: a
    /// delegate that was removed in between would look valid.
    /// </summary>
    internal static async IAsyncEnumerable<TableEntity> HeadsFirst(
        IAsyncEnumerable<TableEntity> rows, Func<string, IAsyncEnumerable<TableEntity>> readDelegates)
    {
        string? withDelegates = null;
        await foreach (var row in rows)
        {
            if (row.RowKey.StartsWith(RowKeys.DelegatePrefix, StringComparison.Ordinal))
            {
                withDelegates = row.PartitionKey;
                continue;
            }

            yield return row;
            if (withDelegates != row.PartitionKey || row.RowKey != RowKeys.Head(row.PartitionKey))
                continue;
            await foreach (var delegated in readDelegates(row.PartitionKey))
                yield return delegated;
        }
    }

    /// <summary>Returns the current rows and those that were removed since the start.</summary>
    internal static async IAsyncEnumerable<TableEntity> Join(
        IEnumerable<TableEntity> before, IAsyncEnumerable<TableEntity> after)
    {
        var vanished = before.ToDictionary(row => (row.PartitionKey, row.RowKey));
        await foreach (var row in after)
        {
            vanished.Remove((row.PartitionKey, row.RowKey));
            yield return row;
        }

        foreach (var row in vanished.Values)
            yield return row;
    }

    public static string PathOf(string folder, string table) => Path.Combine(folder, table + ".jsonl.gz");

    private static IAsyncEnumerable<TableEntity> DelegatesAsync(
        TableClient groups, string partition, CancellationToken cancellation)
    {
        var behind = RowKeys.DelegatePrefix[..^1] + (char)(RowKeys.DelegatePrefix[^1] + 1);
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {partition} and RowKey ge {RowKeys.DelegatePrefix} and RowKey lt {behind}");
        return ReadAsync(groups, filter, cancellation);
    }

    private static IAsyncEnumerable<TableEntity> ReadAsync(
        TableClient table, string? filter, CancellationToken cancellation) =>
        StoragePages.ReadAsync(table.QueryAsync<TableEntity>(filter, cancellationToken: cancellation), cancellation);

    /// <summary>
    /// Used tokens and rate limits expire within hours, so they are not copied. A restore rebuilds recent deletions.
    /// </summary>
    private static bool IsCopied(string table) => table is not (Tables.BudgetsName or Tables.RecentDeletionsName)
        && !table.StartsWith(Tables.ReplayPrefix, StringComparison.Ordinal)
        && !table.StartsWith(Tables.AdditionsPrefix, StringComparison.Ordinal);

    private static int Rank(string table) =>
        table == Tables.KeyringName ? 100
        : Array.IndexOf(Order, table) is >= 0 and var rank ? rank
        : 50;
}
