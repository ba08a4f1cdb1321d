using System.Text;
using System.Text.RegularExpressions;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// Writes the access log, in the table of its UTC day, the rows of a subject newest first. All of a row but its time is
/// sealed under the account key of the subject's owner: without that key the log says nothing, not even whose it is. Strict: a row is durable
/// before the answer leaves.
/// </summary>
public sealed partial class AccessLogWriter(
    Tables tables, Keyring keyring, LogBatches batches, IOptions<KeyserverOptions> options, TimeProvider clock) : IDisposable
{
    private const string LogTableColumn = "LogTable";
    private const string LogPartitionColumn = "LogPartition";
    private const string LogRowColumn = "LogRow";

    /// <summary>Ends the key of a row that is never written.</summary>
    private const string NoRow = "-";

    private static readonly TimeSpan DeniedInterval = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _deniedLately = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    private AccessLogOptions Settings => options.Value.AccessLog;

    /// <summary>Records a secret that is about to leave.</summary>
    /// <param name="happened">What happens.</param>
    /// <param name="ownerKey">The account key of the subject's owner.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <param name="strictly">Whether to wait for the row also where the setting would not.</param>
    public Task WriteAsync(AccessEvent happened, SealingKey ownerKey, CancellationToken cancellation, bool strictly = false)
    {
        var table = tables.AccessLog(clock.GetUtcNow());
        var stem = LogRow.Stem(ownerKey, happened.Subject);
        var details = LogRow.Details(happened, AccessNames.Granted);
        if (Settings.Strict || strictly)
            return batches.WriteAsync(table, stem, details, ownerKey, cancellation);
        batches.Enqueue(table, stem, details, ownerKey);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Records a refusal: of a caller who has a role, one row for a subject, caller and minute; of strangers, one for a subject, action and
    /// minute that names none of them (docs/adr/0029). Where the subject does not exist, nobody can read such a row; one is written all the
    /// same, sealed under a key of ours, so that a stranger cannot tell the cases apart by the work they take.
    /// </summary>
    /// <remarks>
    /// Until now a subject that exists took a row that was found, read and verified, and one that does not a row that
    /// was not found. So the row of the refusal is read where the subject does not exist, and a row that is not there
    /// where it does: in both cases as many rows are found, and as many are not.
    /// </remarks>
    /// <param name="refused">What was asked for.</param>
    /// <param name="hasRole">Whether the caller is a member or delegate now; the subject's owner learns of nobody else.</param>
    /// <param name="ownerKey">The account key of the subject's owner; null where the subject does not exist.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task WriteDeniedAsync(AccessEvent refused, bool hasRole, SealingKey? ownerKey, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var minute = now.AddTicks(-(now.Ticks % DeniedInterval.Ticks));
        var who = hasRole ? refused.By.Did.Value : AccessNames.Of(refused.Action);
        // By the caller, too: the first call of a stranger must not show whether others asked before.
        var lately = (refused.Subject, refused.By.Did, who, minute);
        var root = await keyring.RootAsync(cancellation);
        var key = ownerKey ?? root;
        var id = "d" + Convert.ToHexStringLower(root.Mac(Encoding.UTF8.GetBytes($"denied {who}")).AsSpan(0, 16));
        var table = tables.AccessLog(minute);
        if (!_deniedLately.TryGetValue(lately, out _))
        {
            var details = hasRole ? LogRow.Details(refused, AccessNames.Denied) : LogRow.DetailsOfStranger(refused.Action);
            await batches.WriteAsync(table, Place(minute, id, refused.Subject, details, key), cancellation);
            _deniedLately.Set(lately, true, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = DeniedInterval });
        }

        var stem = LogRow.Stem(key, refused.Subject);
        var place = LogRow.Key(stem, minute, ownerKey is null ? id : id + NoRow);
        if (await table.GetAsync(LogRow.Partition(stem), place, cancellation) is { } row)
            RowMac.Imitate(row, table.Name, root);
    }

    /// <summary>The row that carries an event inside the transaction of its change, until <see cref="DrainAsync"/>.</summary>
    public TableEntity Pending(string partition, string changeId, AccessEvent happened, SealingKey ownerKey)
    {
        var now = clock.GetUtcNow();
        // A change with two events has two rows.
        var id = $"{changeId}.{AccessNames.Of(happened.Action)}";
        var row = Place(now, id, happened.Subject, LogRow.Details(happened, AccessNames.Granted), ownerKey);
        return new TableEntity(partition, RowKeys.Event(partition, id))
        {
            [LogTableColumn] = tables.AccessLog(now).Name,
            [LogPartitionColumn] = row.PartitionKey,
            [LogRowColumn] = row.RowKey,
            [LogRow.DetailsColumn] = row[LogRow.DetailsColumn],
            [LogRow.GenerationColumn] = row[LogRow.GenerationColumn],
        };
    }

    /// <summary>
    /// Moves an event into the log. May be repeated, by anybody: the row has one place. One whose retention is over is dropped: its table must
    /// not come back.
    /// </summary>
    /// <exception cref="TamperedException">The event is not one that we wrote; it is left where it is.</exception>
    public async Task DrainAsync(Table table, TableEntity pending, CancellationToken cancellation)
    {
        var name = UnverifiedColumns.Get<string>(pending, table.Name, LogTableColumn);
        var row = new TableEntity(
            UnverifiedColumns.Get<string>(pending, table.Name, LogPartitionColumn),
            UnverifiedColumns.Get<string>(pending, table.Name, LogRowColumn))
        {
            [LogRow.DetailsColumn] = UnverifiedColumns.Get<byte[]>(pending, table.Name, LogRow.DetailsColumn),
            [LogRow.GenerationColumn] = UnverifiedColumns.Get<int>(pending, table.Name, LogRow.GenerationColumn),
        };
        var now = clock.GetUtcNow();
        if (Tables.AccessLogDay(name) is not { } day
            || day > DateOnly.FromDateTime(now.UtcDateTime).AddDays(1)
            || !PlaceOfEvent.IsMatch($"{row.PartitionKey}/{row.RowKey}"))
            throw TamperedException.At(table.Name, "an event names a place that is none of the access log");

        if (day >= Settings.OldestDay(now))
            await WriteUnlessDroppedAsync(tables.AccessLog(day), row, cancellation);
        await table.DeleteAsync(pending.PartitionKey, pending.RowKey, cancellation);
    }

    public void Dispose() => _deniedLately.Dispose();

    // The second is that of a former event.
    [GeneratedRegex("^(lane[0-3]/[0-9a-f]{32}-|[0-9a-f]{32}~0/)[0-9]{19}~[0-9a-f]{32}\\.[a-z_]{1,32}\\z", RegexOptions.CultureInvariant)]
    private static partial Regex PlaceOfEvent { get; }

    private async Task WriteUnlessDroppedAsync(Table table, TableEntity row, CancellationToken cancellation)
    {
        try
        {
            await batches.WriteAsync(table, row, cancellation);
        }
        catch (RequestFailedException e) when (ClientCall.CodeOf(e) == TableErrorCode.TableBeingDeleted)
        {
        }
    }

    private TableEntity Place(DateTimeOffset time, string id, string subject, byte[] details, SealingKey key)
    {
        var stem = LogRow.Stem(key, subject);
        return LogRow.Seal(tables.AccessLog(time).Name, LogRow.Partition(stem), LogRow.Key(stem, time, id), details, key);
    }
}
