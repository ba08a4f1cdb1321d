using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Crypto;
using AtpKeyserver.Erasure;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.KeyManagement.Rows;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging.Abstractions;

namespace AtpKeyserver.Copies;

/// <summary>
/// Writes a copy into an empty storage account. Restored rows get new storage timestamps, which do not match their
/// signatures. So each row is verified with its copied timestamp and signed again with its own key (docs/adr/0016). For
/// an account or group that was erased since the copy, only the tombstone is written.
/// </summary>
public sealed class Restore(TableServiceClient service, Kek kek, string pinnedFingerprint)
{
    private const int Parallelism = 16;

    /// <summary>The limit between signing and writing a row. Readers reject rows that took 90 s.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(60);

    private const string Mark = "restore";
    private const string StartedColumn = "Started";

    private readonly ConcurrentDictionary<string, int> _read = new(StringComparer.Ordinal);

    private readonly Tables _tables = new(service, service);

    /// <returns>0, or 2 if rows were omitted because they could not be verified.</returns>
    public async Task<int> RunAsync(string folder, string tombstoneFolder, bool resume, CancellationToken cancellation)
    {
        var manifest = await ReadManifestAsync(folder, cancellation);
        if (!resume && await IsUsedAsync(cancellation))
            throw new CopyException(
                "The storage account is not empty. Use a new one, or resume an interrupted restore with --resume.");
        if (resume)
            await CheckCutShortAsync(manifest, cancellation);

        var keys = await OpenKeyringAsync(folder, cancellation);
        var tombstones = await Tombstones.ReadAsync(tombstoneFolder, keys[Keyring.RootNumber], cancellation);
        var count = new RestoreCount();
        await _tables.Unfinished.PutAsync(
            new TableEntity(Mark, Mark) { [StartedColumn] = StartOf(manifest) }, cancellation);

        var accounts = new AccountRestore(_tables, keys, tombstones, count);
        await ForEachAsync(folder, Tables.AccountsName, int.MaxValue, accounts.RunAsync, cancellation);
        await accounts.ApplyOthersAsync(cancellation);
        var groups = new GroupRestore(_tables, keys, tombstones, count);
        await ForEachAsync(folder, Tables.GroupsName, int.MaxValue, groups.RunAsync, cancellation);
        await groups.ApplyOthersAsync(cancellation);
        foreach (var name in manifest.Rows.Keys.Order(StringComparer.Ordinal))
        {
            if (name == Tables.UnfinishedName || Tables.AccessLogDay(name) is not null)
                await ForEachAsync(folder, name, Table.MaxTransaction, (rows, token) => PlainAsync(name, rows, token),
                    cancellation);
        }

        foreach (var (name, read) in _read.Where(table => manifest.Rows.GetValueOrDefault(table.Key) != table.Value))
            throw new CopyException(
                $"{name} has {read} rows, but the manifest lists {manifest.Rows.GetValueOrDefault(name)}.");

        // Last: a server without a keyring cannot start, so it cannot serve a partial restore.
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
    /// Signs each batch just before it is written, because writing a large group takes longer than a signature is
    /// valid. If writing took too long, the batch is signed and written again.
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
            : throw new CopyException($"{folder} is not a complete copy: {Manifest.FileName} is missing.");
        foreach (var name in manifest.Rows.Keys.Where(name => !File.Exists(TableCopy.PathOf(folder, name))))
            throw new CopyException(
                $"{folder} is not a complete copy: {Path.GetFileName(TableCopy.PathOf(folder, name))} is missing.");
        return manifest;
    }

    /// <summary>
    /// Checks that the restore can be resumed. Rows of two copies must not be mixed, because removed members could
    /// regain access. A copy must not overwrite data in use.
    /// </summary>
    private async Task CheckCutShortAsync(Manifest manifest, CancellationToken cancellation)
    {
        if (await _tables.Keyring.GetAsync(
            Tables.KeyringName, WrappedKey.NameOf(Keyring.RootNumber), cancellation) is not null)
            throw new CopyException(
                "The storage account has a keyring: it is in use or completely restored. There is nothing to resume.");
        if (await _tables.Unfinished.GetAsync(Mark, Mark, cancellation) is { } mark
            && mark.GetString(StartedColumn) != StartOf(manifest))
            throw new CopyException($"A restore of another copy ({mark.GetString(StartedColumn)}) is unfinished. "
                + "Resume that copy, or restore into a new storage account.");
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
        var stored = await RowFile.ReadAsync(TableCopy.PathOf(folder, Tables.KeyringName), cancellation)
            .Select(row => new WrappedKey(row)).ToListAsync(cancellation);
        var table = new KeyringTable(_tables, kek, TimeProvider.System, NullLogger<KeyringTable>.Instance);
        var storedRoot = stored.FirstOrDefault(key => key.IsRoot)
            ?? throw new CopyException("The copy has no keyring root.");
        try
        {
            var root = await table.OpenAsync(storedRoot, Keyring.RootNumber, root: null, cancellation);
            var fingerprint = Convert.ToHexStringLower(Keyring.Fingerprint(root));
            if (pinnedFingerprint.Length > 0
                && !CryptographicOperations.FixedTimeEquals(
                    Encoding.UTF8.GetBytes(fingerprint), Encoding.UTF8.GetBytes(pinnedFingerprint)))
                throw new CopyException($"The copy belongs to another keyring with the fingerprint {fingerprint}.");
            var keys = new Dictionary<int, SealingKey> { [Keyring.RootNumber] = root };
            foreach (var key in stored.Where(key => !key.IsRoot))
                keys[key.Number] = await table.OpenAsync(key, key.Number, root, cancellation);
            return keys;
        }
        catch (TamperedException e)
        {
            throw new CopyException($"The copy's keyring was modified: {e.Message}");
        }
    }

    private async Task WriteKeyringAsync(
        string folder, Dictionary<int, SealingKey> keys, CancellationToken cancellation)
    {
        var rows = await RowFile.ReadAsync(TableCopy.PathOf(folder, Tables.KeyringName), cancellation)
            .ToListAsync(cancellation);
        var root = keys[Keyring.RootNumber];
        var rootLast = rows.OrderBy(row => new WrappedKey(row).IsRoot).Select(Plain);
        await PutAsync(
            _tables.Keyring,
            rootLast,
            row => RowMac.Sign(row, Tables.KeyringName, root),
            TimeProvider.System,
            cancellation);
    }

    private Task PlainAsync(string name, List<TableEntity> rows, CancellationToken cancellation)
    {
        // The operator restarts an unfinished rotation.
        if (name == Tables.UnfinishedName
            && rows[0].PartitionKey is not (DeletionTable.Groups or DeletionTable.Accounts))
            return Task.CompletedTask;
        var table = name == Tables.UnfinishedName
            ? _tables.Unfinished
            : _tables.AccessLog(Tables.AccessLogDay(name)!.Value);
        return PutAsync(table, rows.Select(Plain), cancellation);
    }

    /// <summary>
    /// Processes the rows by partition, or in parts of one: a group's log of one day may not fit in memory.
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
