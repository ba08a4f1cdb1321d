using System.Runtime.CompilerServices;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Groups;

/// <summary>The access log of a group, for its owner.</summary>
public sealed class GroupLog(GroupTable groups, GroupAccess access, PendingEvents events, AccessLogReader reader)
{
    public async Task<LogPage> ReadAsync(
        Caller caller, GroupId id, int limit, string? cursor, CancellationToken cancellation)
    {
        var group = await access.EnterAsOwnerAsync(
            id, new AccessEvent(id.Value, AccessAction.Read, caller), cancellation);
        // A change shows at once, even if the instance that made it has crashed.
        if (cursor is null)
            await events.DrainAsync(groups.Table, group.Head.Partition, cancellation);
        return await reader.ReadAsync(id.Value, group.Key, limit, cursor, cancellation);
    }

    /// <summary>
    /// The whole log, in batches; a batch may be empty. The caller must have checked that the reader is the owner.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<LogEntry>> ReadAllAsync(
        Group group, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await events.DrainAsync(groups.Table, group.Head.Partition, cancellation);
        await foreach (var entries in reader.ReadAllAsync(group.Id.Value, group.Key, cancellation))
            yield return entries;
    }
}
