using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Caching.Memory;

namespace AtpKeyserver.Audit;

/// <summary>
/// Writes the access log: one row per event, in the table of its UTC day, in the partition of its subject, newest first. The partition is a hash
/// of the subject keyed with the account key of its owner, and all of a row but its time is sealed under it: without that key the log says
/// nothing, not even whose it is. Strict: a row is durable before the answer leaves.
/// </summary>
public sealed class AccessLog(Tables tables, Keyring keyring, TimeProvider clock) : IDisposable
{
    private const string DetailsColumn = "Details";
    private const string GenerationColumn = "Generation";
    private const string LogTableColumn = "LogTable";
    private const string LogPartitionColumn = "LogPartition";
    private const string LogRowColumn = "LogRow";

    private static readonly TimeSpan DeniedInterval = TimeSpan.FromMinutes(1);

    private readonly LogBatches _batches = new();
    private readonly MemoryCache _deniedLately = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    /// <summary>Records a secret that is about to leave.</summary>
    public async Task WriteAsync(AccessEvent happened, SealingKey ownerKey, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var row = Row(tables.AccessLog(now), Newest(now, Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))), happened, AccessNames.Granted, ownerKey);
        await _batches.WriteAsync(tables.AccessLog(now), row, cancellation);
    }

    /// <summary>
    /// Records a refusal, once for a subject, caller and minute. Where the subject does not exist, nobody can read such a row; one is written
    /// all the same, sealed under a key of ours, so that a stranger cannot tell the cases apart by the work they take.
    /// </summary>
    public async Task WriteDeniedAsync(AccessEvent refused, SealingKey? ownerKey, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var minute = now.AddTicks(-(now.Ticks % DeniedInterval.Ticks));
        var key = (refused.Subject, refused.By.Did, minute);
        if (_deniedLately.TryGetValue(key, out _))
            return;

        var root = await keyring.RootAsync(cancellation);
        var hash = root.Mac(Encoding.UTF8.GetBytes($"denied {refused.By.Did.Value}"));
        var id = "d" + Convert.ToHexStringLower(hash.AsSpan(0, 16));
        var table = tables.AccessLog(minute);
        await _batches.WriteAsync(table, Row(table, Newest(minute, id), refused, AccessNames.Denied, ownerKey ?? root), cancellation);
        _deniedLately.Set(key, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = DeniedInterval });
    }

    /// <summary>The row that carries an event inside the transaction of its change, until <see cref="DrainAsync"/>.</summary>
    public TableEntity Pending(string partition, string changeId, AccessEvent happened, SealingKey ownerKey)
    {
        var now = clock.GetUtcNow();
        // A change with two events has two rows.
        var id = $"{changeId}.{AccessNames.Of(happened.Action)}";
        var row = Row(tables.AccessLog(now), Newest(now, id), happened, AccessNames.Granted, ownerKey);
        return new TableEntity(partition, RowKeys.Event(partition, id))
        {
            [LogTableColumn] = tables.AccessLog(now).Name,
            [LogPartitionColumn] = row.PartitionKey,
            [LogRowColumn] = row.RowKey,
            [DetailsColumn] = row[DetailsColumn],
            [GenerationColumn] = row[GenerationColumn],
        };
    }

    /// <summary>Moves an event into the log. May be repeated, by anybody: the row has one place.</summary>
    public async Task DrainAsync(Table table, TableEntity pending, CancellationToken cancellation)
    {
        var row = new TableEntity(pending.GetString(LogPartitionColumn), pending.GetString(LogRowColumn))
        {
            [DetailsColumn] = pending[DetailsColumn],
            [GenerationColumn] = pending[GenerationColumn],
        };
        await _batches.WriteAsync(tables.AccessLog(pending.GetString(LogTableColumn)), row, cancellation);
        await table.DeleteAsync(pending.PartitionKey, pending.RowKey, cancellation);
    }

    public void Dispose() => _deniedLately.Dispose();

    private static TableEntity Row(Table table, string rowKey, AccessEvent happened, string outcome, SealingKey key)
    {
        var partition = PartitionKeys.Of(key, "access log", happened.Subject) + "~0";
        var details = new LogDetails(
            AccessNames.Of(happened.Action), outcome, happened.By.Did.Value, happened.Version, happened.Target, happened.By.Ip, happened.By.UserAgent);
        var plaintext = JsonSerializer.SerializeToUtf8Bytes(details, AuditJson.Default.LogDetails);
        return new TableEntity(partition, rowKey)
        {
            [DetailsColumn] = key.Seal(SealPurpose.LogDetails, new Binding(table.Name, partition, rowKey, 0, key.Number), plaintext),
            [GenerationColumn] = key.Number,
        };
    }

    private static string Newest(DateTimeOffset time, string id) =>
        string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.MaxValue.Ticks - time.UtcTicks:D19}~{id}");
}
