using System.Text.Json;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Copies;

/// <summary>
/// Copies all tables into files. What it reads is not of one moment, unless the server is read-only meanwhile: a change
/// in between is whole or absent in each group and account, since heads are read before members, delegates and
/// versions, and a restore passes over what is newer than its head. It makes the index of memberships anew from what it
/// restores.
/// </summary>
public sealed class TableCopy(TableServiceClient service)
{
    /// <summary>Indexes before what they point to, the keys of everything last.</summary>
    private static readonly string[] Order = ["memberships", "unfinished", "groups", "accounts"];

    public async Task RunAsync(string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        if (Directory.EnumerateFileSystemEntries(folder).Any())
            throw new CopyException($"{folder} is not empty: a copy has a folder of its own.");
        var started = TimeProvider.System.GetUtcNow();
        List<string> tables = [];
        var query = service.QueryAsync(cancellationToken: cancellation);
        await foreach (var table in StoragePages.ReadAsync(query, cancellation))
            tables.Add(table.Name);
        // Accounts that are read before the end of a rotation need shard keys that are gone after it.
        var keyring = tables.Contains("keyring")
            ? await ReadAsync(service.GetTableClient("keyring"), filter: null, cancellation).ToListAsync(cancellation)
            : [];
        Dictionary<string, int> counts = [];
        foreach (var name in tables.Where(IsCopied).OrderBy(Rank).ThenBy(name => name, StringComparer.Ordinal))
        {
            var client = service.GetTableClient(name);
            var rows = ReadAsync(client, filter: null, cancellation);
            rows = name switch
            {
                "groups" => HeadsFirst(rows, partition => DelegatesAsync(client, partition, cancellation)),
                "keyring" => Join(keyring, rows),
                _ => rows,
            };
            counts[name] = await RowFile.WriteAsync(PathOf(folder, name), rows, cancellation);
            Console.WriteLine($"{name}: {counts[name]} rows");
        }

        if (counts.GetValueOrDefault("keyring") == 0)
            throw new CopyException("There is no keyring: this is no account of a keyserver.");
        var manifest = new Manifest(1, started, TimeProvider.System.GetUtcNow(), counts);
        var text = JsonSerializer.Serialize(manifest, RowJson.Default.Manifest);
        await File.WriteAllTextAsync(Path.Combine(folder, Manifest.FileName), text, cancellation);
    }

    /// <summary>
    /// Delegates sort before the head of their group and may come with an earlier answer of the storage: one that was
    /// removed in between would seem to stand under the new head. They are read again, after it.
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

    /// <summary>The rows as they stand at the end, and those that vanished since the beginning.</summary>
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

    /// <summary>Used tokens end within the hour, and budgets with it.</summary>
    private static bool IsCopied(string table) => table != "budgets"
        && !table.StartsWith(Tables.ReplayPrefix, StringComparison.Ordinal)
        && !table.StartsWith(Tables.AdditionsPrefix, StringComparison.Ordinal);

    private static int Rank(string table) => table == "keyring" ? 100 : Array.IndexOf(Order, table) is >= 0 and var rank
        ? rank
        : 50;
}
