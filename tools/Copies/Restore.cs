using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace AtpKeyserver.Copies;

/// <summary>
/// Writes a copy into an empty account. The storage stamps what is restored with the time of the restore, which no signed row fits: each row is
/// verified as it was copied and signed anew by its own key (docs/adr/0016). An account or group that was erased since the copy is not written at
/// all: its tombstone is.
/// </summary>
public sealed class Restore(TableServiceClient service, Kek kek, string pinnedFingerprint)
{
    private const int Parallelism = 16;

    /// <summary>Within which rows are written after they were signed: readers refuse what took 90 s.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);

    private readonly Tables _tables = new(service, service);

    /// <returns>0; 2 where rows were left out because nothing vouches for them.</returns>
    public async Task<int> RunAsync(string folder, string tombstoneFolder, bool resume, CancellationToken cancellation)
    {
        if (!File.Exists(Path.Combine(folder, Manifest.FileName)))
            throw new CopyException($"{folder} is no complete copy: {Manifest.FileName} is missing.");
        if (!resume && await IsUsedAsync(cancellation))
            throw new CopyException("The account is not empty: restore into a new one. --resume goes on with one that was cut short.");

        var keys = await OpenKeyringAsync(folder, cancellation);
        var tombstones = await Tombstones.ReadAsync(tombstoneFolder, keys[Keyring.RootNumber], cancellation);
        var count = new RestoreCount();

        var accounts = new AccountRestore(_tables, keys, tombstones, count);
        await ForEachAsync(folder, "accounts", int.MaxValue, accounts.RunAsync, cancellation);
        await accounts.ApplyOthersAsync(cancellation);
        var groups = new GroupRestore(_tables, keys, tombstones, count);
        await ForEachAsync(folder, "groups", int.MaxValue, groups.RunAsync, cancellation);
        await groups.ApplyOthersAsync(cancellation);
        foreach (var file in Directory.GetFiles(folder, "*.jsonl.gz").Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(file)[..^".jsonl.gz".Length];
            if (name is "memberships" or "unfinished" || Tables.AccessLogDay(name) is not null)
                await ForEachAsync(folder, name, Table.MaxTransaction, (rows, token) => PlainAsync(name, rows, token), cancellation);
        }

        // Last: without a keyring nothing can be opened, so nothing half restored is served.
        await WriteKeyringAsync(folder, keys, cancellation);
        Console.WriteLine(count);
        return count.LeftOut > 0 ? 2 : 0;
    }

    internal static TableEntity Plain(TableEntity row)
    {
        var copy = new TableEntity(row.PartitionKey, row.RowKey);
        foreach (var (name, value) in row.Where(column => column.Key is not ("PartitionKey" or "RowKey" or "Timestamp")))
            copy[name] = value;
        return copy;
    }

    internal static async Task PutAsync(Table table, IEnumerable<TableEntity> rows, CancellationToken cancellation)
    {
        foreach (var batch in rows.Chunk(Table.MaxTransaction))
            await table.PutAllAsync(batch, cancellation);
    }

    /// <summary>
    /// Signs rows when their turn has come: those of a large group take longer than a signature stands. Where this machine slept meanwhile, they are
    /// signed and written once more.
    /// </summary>
    internal static async Task PutAsync(
        Table table, IEnumerable<TableEntity> rows, Func<TableEntity, TableEntity> sign, TimeProvider clock, CancellationToken cancellation)
    {
        foreach (var batch in rows.Chunk(Table.MaxTransaction))
        {
            DateTimeOffset began;
            do
            {
                began = clock.GetUtcNow();
                await table.PutAllAsync([.. batch.Select(sign)], cancellation);
            }
            while (clock.GetUtcNow() - began > Fresh);
        }
    }

    private async Task<bool> IsUsedAsync(CancellationToken cancellation)
    {
        await foreach (var table in service.QueryAsync(cancellationToken: cancellation))
        {
            await foreach (var _ in service.GetTableClient(table.Name).QueryAsync<TableEntity>(cancellationToken: cancellation))
                return true;
        }

        return false;
    }

    private async Task<Dictionary<int, SealingKey>> OpenKeyringAsync(string folder, CancellationToken cancellation)
    {
        var rows = await RowFile.ReadAsync(TableCopy.PathOf(folder, "keyring"), cancellation).ToListAsync(cancellation);
        var table = new KeyringTable(_tables, kek, TimeProvider.System, NullLogger<KeyringTable>.Instance);
        var rootRow = rows.FirstOrDefault(KeyringTable.IsRoot) ?? throw new CopyException("The copy has no root of the keyring.");
        try
        {
            var root = await table.OpenAsync(rootRow, Keyring.RootNumber, root: null, cancellation);
            var fingerprint = Convert.ToHexStringLower(Keyring.Fingerprint(root));
            if (pinnedFingerprint.Length > 0
                && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(fingerprint), Encoding.UTF8.GetBytes(pinnedFingerprint)))
                throw new CopyException($"The copy is of another keyring: its fingerprint is {fingerprint}.");
            var keys = new Dictionary<int, SealingKey> { [Keyring.RootNumber] = root };
            foreach (var row in rows.Where(row => !KeyringTable.IsRoot(row)))
                keys[KeyringTable.NumberOf(row)] = await table.OpenAsync(row, KeyringTable.NumberOf(row), root, cancellation);
            return keys;
        }
        catch (TamperedException e)
        {
            throw new CopyException($"The keyring of the copy cannot be believed: {e.Message}");
        }
    }

    private async Task WriteKeyringAsync(string folder, Dictionary<int, SealingKey> keys, CancellationToken cancellation)
    {
        var rows = await RowFile.ReadAsync(TableCopy.PathOf(folder, "keyring"), cancellation).ToListAsync(cancellation);
        var root = keys[Keyring.RootNumber];
        var rootLast = rows.OrderBy(KeyringTable.IsRoot).Select(Plain);
        await PutAsync(_tables.Keyring, rootLast, row => RowMac.Sign(row, KeyringTable.Name, root), TimeProvider.System, cancellation);
    }

    private Task PlainAsync(string name, List<TableEntity> rows, CancellationToken cancellation)
    {
        // An operator's rotation is begun anew by the operator.
        if (name == "unfinished" && rows[0].PartitionKey is not (Unfinished.Groups or Unfinished.Accounts))
            return Task.CompletedTask;
        var table = name switch
        {
            "memberships" => _tables.Memberships,
            "unfinished" => _tables.Unfinished,
            _ => _tables.AccessLog(Tables.AccessLogDay(name)!.Value),
        };
        return PutAsync(table, rows.Select(Plain), cancellation);
    }

    /// <summary>Partition by partition, or parts of one: a day's log of a group may be larger than this machine's memory.</summary>
    private static Task ForEachAsync(
        string folder, string table, int atOnce, Func<List<TableEntity>, CancellationToken, Task> write, CancellationToken cancellation)
    {
        var path = TableCopy.PathOf(folder, table);
        return !File.Exists(path) ? Task.CompletedTask : Parallel.ForEachAsync(
            RowFile.PartitionsAsync(path, atOnce, cancellation),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation },
            async (rows, token) => await write(rows, token));
    }
}
