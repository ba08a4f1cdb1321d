using System.Text;
using AtpKeyserver.AccessLog.Rows;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.AccessLog;

/// <summary>
/// Writes the access log to the table of the UTC day, newest row first within a subject. Everything in a row but its
/// time is sealed under the account key of the subject's owner: without that key, the log does not even show whose it
/// is. In strict mode a row is durable before the response is sent.
/// </summary>
public sealed class AccessLogWriter(
    Tables tables,
    Keyring keyring,
    LogBatches batches,
    DrainedEvents drained,
    IOptions<KeyserverOptions> options,
    TimeProvider clock) : IDisposable
{
    /// <summary>Suffix of a row key that is never written.</summary>
    private const string NoRow = "-";

    private static readonly TimeSpan DeniedInterval = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _recentDenials = new(new MemoryCacheOptions { SizeLimit = 10_000 });

    private AccessLogOptions Settings => options.Value.AccessLog;

    /// <summary>Records that a secret is about to be returned.</summary>
    /// <param name="accessEvent">What to record.</param>
    /// <param name="ownerKey">The account key of the subject's owner.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <param name="strictly">Wait until the row is durable, even if the setting does not require it.</param>
    public Task WriteAsync(
        AccessEvent accessEvent, SealingKey ownerKey, CancellationToken cancellation, bool strictly = false)
    {
        var table = tables.AccessLog(clock.GetUtcNow());
        var stem = LogRow.Stem(ownerKey, accessEvent.Subject);
        var details = LogRow.Details(accessEvent, AccessNames.Granted);
        if (Settings.Strict || strictly)
            return batches.WriteAsync(table, stem, details, ownerKey, cancellation);
        batches.Enqueue(table, stem, details, ownerKey);
        return Task.CompletedTask;
    }

    /// <summary>Records that the secrets of one call are about to be returned.</summary>
    /// <param name="events">What to record, each with the account key of the subject's owner.</param>
    /// <returns>
    /// A task per event, in their order. Its secret may be returned when it completes: in strict mode the row is then
    /// durable.
    /// </returns>
    public IReadOnlyList<Task> WriteAll(IEnumerable<(AccessEvent Event, SealingKey OwnerKey)> events) =>
        batches.WriteAll(
            tables.AccessLog(clock.GetUtcNow()),
            [
                .. events.Select(each => (
                    LogRow.Stem(each.OwnerKey, each.Event.Subject),
                    LogRow.Details(each.Event, AccessNames.Granted),
                    each.OwnerKey)),
            ],
            isAwaited: Settings.Strict);

    /// <summary>
    /// Records a denied call. A caller with a role gets one row per subject, caller and minute; strangers get one row
    /// per subject, action and minute that names none of them (docs/adr/0029). If the subject does not exist, a row is
    /// still written, sealed under a server key, so that timing does not show a stranger whether it exists.
    /// </summary>
    /// <remarks>
    /// Before this call, an existing subject cost one more row found and verified, a missing one a read that found
    /// nothing. To balance this, the denial's own row is read if the subject does not exist, and a missing row if it
    /// does.
    /// </remarks>
    /// <param name="denied">The denied call.</param>
    /// <param name="hasRole">Whether the caller is currently a member or delegate; the log names nobody else.</param>
    /// <param name="ownerKey">The account key of the subject's owner; null if the subject does not exist.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task WriteDeniedAsync(
        AccessEvent denied, bool hasRole, SealingKey? ownerKey, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var minute = now.AddTicks(-(now.Ticks % DeniedInterval.Ticks));
        var who = hasRole ? denied.By.Did.Value : AccessNames.Of(denied.Action);
        // Includes the caller: a stranger's first call must not show whether others called before.
        var recent = (denied.Subject, denied.By.Did, who, minute);
        var root = await keyring.RootAsync(cancellation);
        var key = ownerKey ?? root;
        var id = "d" + Convert.ToHexStringLower(root.Mac(Encoding.UTF8.GetBytes($"denied {who}")).AsSpan(0, 16));
        var table = tables.AccessLog(minute);
        if (!_recentDenials.TryGetValue(recent, out _))
        {
            var details = hasRole
                ? LogRow.Details(denied, AccessNames.Denied)
                : LogRow.DetailsOfStranger(denied.Action);
            await batches.WriteAsync(table, SealRow(minute, id, denied.Subject, details, key), cancellation);
            _recentDenials.Set(
                recent,
                true,
                new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = DeniedInterval });
        }

        var stem = LogRow.Stem(key, denied.Subject);
        var rowKey = LogRow.Key(stem, minute, ownerKey is null ? id : id + NoRow);
        if (await table.GetAsync(LogRow.PartitionOf(stem), rowKey, cancellation) is { } row)
            RowMac.EqualizeTiming(row, table.Name, root);
    }

    /// <summary>
    /// The row that stores an event in the transaction of its change, until <see cref="MoveAsync"/> moves it.
    /// </summary>
    public EventRow Pending(string partition, string changeId, AccessEvent accessEvent, SealingKey ownerKey)
    {
        var now = clock.GetUtcNow();
        // A change with two events has two rows.
        var id = $"{changeId}.{AccessNames.Of(accessEvent.Action)}";
        var row = SealRow(now, id, accessEvent.Subject, LogRow.Details(accessEvent, AccessNames.Granted), ownerKey);
        return EventRow.Of(partition, id, tables.AccessLog(now).Name, row);
    }

    /// <summary>Moves an event into the log and leaves its deletion to the next change of its partition.</summary>
    public async Task MoveAsync(Table table, EventRow pending, CancellationToken cancellation)
    {
        await WriteAsync(table, pending, cancellation);
        if (!drained.TryAdd(table, pending))
            await DeleteAsync(table, pending, cancellation);
    }

    /// <summary>Moves an event into the log and deletes it.</summary>
    /// <exception cref="TamperedException">The event failed verification; it stays where it is.</exception>
    public async Task DrainAsync(Table table, EventRow pending, CancellationToken cancellation)
    {
        await WriteAsync(table, pending, cancellation);
        await DeleteAsync(table, pending, cancellation);
    }

    public void Dispose() => _recentDenials.Dispose();

    private static Task DeleteAsync(Table table, EventRow pending, CancellationToken cancellation) =>
        table.DeleteAsync(pending.Row.PartitionKey, pending.Row.RowKey, cancellation);

    /// <summary>
    /// Writes the row of an event. Safe to repeat, also concurrently: the row has a fixed key. An event past its
    /// retention is dropped, so that its table is not recreated.
    /// </summary>
    private async Task WriteAsync(Table table, EventRow pending, CancellationToken cancellation)
    {
        var (day, row) = pending.Read(table.Name);
        var now = clock.GetUtcNow();
        if (day > DateOnly.FromDateTime(now.UtcDateTime).AddDays(1))
            throw EventRow.Invalid(table.Name);
        if (day >= Settings.OldestDay(now))
            await WriteUnlessDroppedAsync(tables.AccessLog(day), row, cancellation);
    }

    private async Task WriteUnlessDroppedAsync(Table table, LogRow row, CancellationToken cancellation)
    {
        try
        {
            await batches.WriteAsync(table, row, cancellation);
        }
        catch (RequestFailedException e) when (ClientCall.IsTableBeingDeleted(e))
        {
        }
    }

    private LogRow SealRow(DateTimeOffset time, string id, string subject, byte[] details, SealingKey key)
    {
        var stem = LogRow.Stem(key, subject);
        return LogRow.Seal(
            tables.AccessLog(time).Name, LogRow.PartitionOf(stem), LogRow.Key(stem, time, id), details, key);
    }
}
