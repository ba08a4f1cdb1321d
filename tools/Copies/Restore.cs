using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Crypto;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace AtpKeyserver.Copies;

/// <summary>
/// Writes a copy into an empty account. The storage stamps what is restored with the time of the restore, which no
/// signed row fits: each row is verified as it was copied and signed anew by its own key (docs/adr/0016). An account or
/// group that was erased since the copy is not written at all: its tombstone is.
/// </summary>
public sealed class Restore(TableServiceClient service, Kek kek, string pinnedFingerprint)
{
    private const int Parallelism = 16;

    /// <summary>Within which rows are written after they were signed: readers refuse what took 90 s.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);

    private const string Mark = "restore";
    private const string StartedColumn = "Started";

    private readonly ConcurrentDictionary<string, int> _read = new(StringComparer.Ordinal);

    private readonly Tables _tables = new(service, service);

    /// <returns>0; 2 where rows were left out because nothing vouches for them.</returns>
    public async Task<int> RunAsync(string folder, string tombstoneFolder, bool resume, CancellationToken cancellation)
    {
        var manifest = await ReadManifestAsync(folder, cancellation);
        if (!resume && await IsUsedAsync(cancellation))
            throw new CopyException(
                "The account is not empty: restore into a new one. --resume goes on with one that was cut short.");
        if (resume)
            await CheckCutShortAsync(manifest, cancellation);

        var keys = await OpenKeyringAsync(folder, cancellation);
        var tombstones = await Tombstones.ReadAsync(tombstoneFolder, keys[Keyring.RootNumber], cancellation);
        var count = new RestoreCount();
        await _tables.Unfinished.PutAsync(
            new TableEntity(Mark, Mark) { [StartedColumn] = StartOf(manifest) }, cancellation);

        var accounts = new AccountRestore(_tables, keys, tombstones, count);
        await ForEachAsync(folder, "accounts", int.MaxValue, accounts.RunAsync, cancellation);
        await accounts.ApplyOthersAsync(cancellation);
        var groups = new GroupRestore(_tables, keys, tombstones, count);
        await ForEachAsync(folder, "groups", int.MaxValue, groups.RunAsync, cancellation);
        await groups.ApplyOthersAsync(cancellation);
        foreach (var name in manifest.Rows.Keys.Order(StringComparer.Ordinal))
        {
            if (name == "unfinished" || Tables.AccessLogDay(name) is not null)
                await ForEachAsync(folder, name, Table.MaxTransaction, (rows, token) => PlainAsync(name, rows, token),
                    cancellation);
        }

        foreach (var (name, read) in _read.Where(table => manifest.Rows.GetValueOrDefault(table.Key) != table.Value))
            throw new CopyException(
                $"{name} has {read} rows, and had {manifest.Rows.GetValueOrDefault(name)} when it was copied.");

        // Last: without a keyring nothing can be opened, so nothing half restored is served.
        await WriteKeyringAsync(folder, keys, cancellation);
        await _tables.Unfinished.DeleteAsync(Mark, Mark, cancellation);
        Console.WriteLine(count);
        return count.LeftOut > 0 ? 2 : 0;
    }

    internal static TableEntity Plain(TableEntity row)
    {
        var copy = new TableEntity(row.PartitionKey, row.RowKey);
        foreach (var (name, value) in row.Where(
            column => column.Key is not ("PartitionKey" or "RowKey" or "Timestamp")))
            copy[name] = value;
        return copy;
    }

    internal static async Task PutAsync(Table table, IEnumerable<TableEntity> rows, CancellationToken cancellation)
    {
        foreach (var batch in rows.Chunk(Table.MaxTransaction))
            await table.PutAllAsync(batch, cancellation);
    }

    /// <summary>
    /// Signs rows when their turn has come: those of a large group take longer than a signature stands. Where this
    /// machine slept meanwhile, they are signed and written once more.
    /// </summary>
    internal static async Task PutAsync(
        Table table, IEnumerable<TableEntity> rows, Func<TableEntity, TableEntity> sign, TimeProvider clock,
        CancellationToken cancellation)
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

    private static async Task<Manifest> ReadManifestAsync(string folder, CancellationToken cancellation)
    {
        var path = Path.Combine(folder, Manifest.FileName);
        var manifest = File.Exists(path)
            ? JsonSerializer.Deserialize(await File.ReadAllTextAsync(path, cancellation), RowJson.Default.Manifest)!
            : throw new CopyException($"{folder} is no complete copy: {Manifest.FileName} is missing.");
        foreach (var name in manifest.Rows.Keys.Where(name => !File.Exists(TableCopy.PathOf(folder, name))))
            throw new CopyException(
                $"{folder} is no complete copy: {Path.GetFileName(TableCopy.PathOf(folder, name))} is missing.");
        return manifest;
    }

    /// <summary>
    /// Rows of two copies may not meet: who was removed between them would be a member again. Nor may a copy overwrite
    /// what is in use.
    /// </summary>
    private async Task CheckCutShortAsync(Manifest manifest, CancellationToken cancellation)
    {
        if (await _tables.Keyring.GetAsync(
            KeyringTable.Name, KeyringTable.RowOf(Keyring.RootNumber), cancellation) is not null)
            throw new CopyException(
                "The account has a keyring: it is in use, or was restored to the end. There is nothing to go on with.");
        if (await _tables.Unfinished.GetAsync(Mark, Mark, cancellation) is { } mark
            && mark.GetString(StartedColumn) != StartOf(manifest))
            throw new CopyException($"Another copy was begun to be restored here, of {mark.GetString(StartedColumn)}: go on with that, or take a new account.");
    }

    private static string StartOf(Manifest manifest) => manifest.Started.ToString("O", CultureInfo.InvariantCulture);

    private async Task<bool> IsUsedAsync(CancellationToken cancellation)
    {
        var tables = service.QueryAsync(cancellationToken: cancellation);
        await foreach (var table in StoragePages.ReadAsync(tables, cancellation))
        {
            var rows = service.GetTableClient(table.Name).QueryAsync<TableEntity>(cancellationToken: cancellation);
            await foreach (var _ in StoragePages.ReadAsync(rows, cancellation))
                return true;
        }

        return false;
    }

    private async Task<Dictionary<int, SealingKey>> OpenKeyringAsync(string folder, CancellationToken cancellation)
    {
        var rows = await RowFile.ReadAsync(TableCopy.PathOf(folder, "keyring"), cancellation).ToListAsync(cancellation);
        var table = new KeyringTable(_tables, kek, TimeProvider.System, NullLogger<KeyringTable>.Instance);
        var rootRow = rows.FirstOrDefault(KeyringTable.IsRoot)
            ?? throw new CopyException("The copy has no root of the keyring.");
        try
        {
            var root = await table.OpenAsync(rootRow, Keyring.RootNumber, root: null, cancellation);
            var fingerprint = Convert.ToHexStringLower(Keyring.Fingerprint(root));
            if (pinnedFingerprint.Length > 0
                && !CryptographicOperations.FixedTimeEquals(
                    Encoding.UTF8.GetBytes(fingerprint), Encoding.UTF8.GetBytes(pinnedFingerprint)))
                throw new CopyException($"The copy is of another keyring: its fingerprint is {fingerprint}.");
            var keys = new Dictionary<int, SealingKey> { [Keyring.RootNumber] = root };
            foreach (var row in rows.Where(row => !KeyringTable.IsRoot(row)))
                keys[KeyringTable.NumberOf(row)] = await table.OpenAsync(
                    row, KeyringTable.NumberOf(row), root, cancellation);
            return keys;
        }
        catch (TamperedException e)
        {
            throw new CopyException($"The keyring of the copy cannot be believed: {e.Message}");
        }
    }

    private async Task WriteKeyringAsync(
        string folder, Dictionary<int, SealingKey> keys, CancellationToken cancellation)
    {
        var rows = await RowFile.ReadAsync(TableCopy.PathOf(folder, "keyring"), cancellation).ToListAsync(cancellation);
        var root = keys[Keyring.RootNumber];
        var rootLast = rows.OrderBy(KeyringTable.IsRoot).Select(Plain);
        await PutAsync(_tables.Keyring, rootLast, row => RowMac.Sign(row, KeyringTable.Name, root), TimeProvider.System,
            cancellation);
    }

    private Task PlainAsync(string name, List<TableEntity> rows, CancellationToken cancellation)
    {
        // An operator's rotation is begun anew by the operator.
        if (name == "unfinished"
            && rows[0].PartitionKey is not (UnfinishedDeletions.Groups or UnfinishedDeletions.Accounts))
            return Task.CompletedTask;
        var table = name == "unfinished" ? _tables.Unfinished : _tables.AccessLog(Tables.AccessLogDay(name)!.Value);
        return PutAsync(table, rows.Select(Plain), cancellation);
    }

    /// <summary>
    /// Partition by partition, or parts of one: a day's log of a group may be larger than this machine's memory.
    /// </summary>
    private Task ForEachAsync(
        string folder, string table, int atOnce, Func<List<TableEntity>, CancellationToken, Task> write,
        CancellationToken cancellation)
    {
        var path = TableCopy.PathOf(folder, table);
        _read[table] = 0;
        return !File.Exists(path) ? Task.CompletedTask : Parallel.ForEachAsync(
            RowFile.PartitionsAsync(path, atOnce, cancellation),
            new ParallelOptions { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation },
            async (rows, token) =>
            {
                _read.AddOrUpdate(table, rows.Count, (_, before) => before + rows.Count);
                await write(rows, token);
            });
    }
}
