using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Groups.Changes;

/// <summary>
/// Creates groups, exactly once however many first calls race, and never with a version number that was used before.
/// </summary>
public sealed class GroupCreation(
    GroupTable groups,
    AccountKeys accounts,
    Keyring keyring,
    PartitionKeys partitions,
    Memberships memberships,
    GroupWriter writer,
    GroupVersions versions,
    RateLimits limits,
    KillSwitch killSwitch)
{
    private readonly SingleFlight<GroupId, bool> _creations = new();

    /// <summary>Returns when the group exists: the group that this call created, or null if another call did.</summary>
    /// <exception cref="RateLimitExceededException">
    /// The owner created too many groups; this one was not created.
    /// </exception>
    public async Task<Group?> CreateAsync(GroupId id, Caller owner, CancellationToken cancellation)
    {
        killSwitch.CheckChange();
        Group? created = null;
        await _creations.RunAsync(
            id,
            async limit =>
            {
                created = await CreateOnceAsync(id, owner, limit);
                return true;
            },
            cancellation);
        return created;
    }

    private async Task<Group?> CreateOnceAsync(GroupId id, Caller owner, CancellationToken cancellation)
    {
        var partition = await partitions.OfAsync(id, cancellation);
        var isCharged = false;
        while (true)
        {
            // Not from the cache: the account of a cached key may have been deleted.
            var key = (await accounts.GetOrCreateAsync(id.Owner, cancellation)).Key;
            var stored = await groups.ReadHeadAsync(partition, cancellation);
            if (stored is { IsTombstone: false })
            {
                stored.Verify(key);
                return null;
            }

            var before = stored?.VerifyTombstone(await keyring.RootAsync(cancellation));
            if (before is { IsSwept: false })
                throw GroupAccess.NotFound();

            if (!isCharged)
                limits.TakeNewGroup(id.Owner);
            isCharged = true;
            await memberships.PutAsync(id.Owner, Memberships.Owner, partition, cancellation);
            var head = First(partition, id, before, key);
            AccessEvent[] events = [new AccessEvent(id.Value, AccessAction.Create, owner, head.Active.Version)];
            if (await writer.TryCommitAsync(
                head, key, events, change => versions.Insert(change, head, key), cancellation))
                return new Group(id, head, key);
        }
    }

    private GroupHead First(string partition, GroupId id, GroupTombstone? before, SealingKey key)
    {
        var version = versions.New(partition, checked((before?.Version ?? 0) + 1), key);
        return new GroupHead(
            partition,
            id.Value,
            Incarnation: checked((before?.Incarnation ?? 0) + 1),
            Epoch: (before?.Epoch ?? 0) + 1,
            version,
            version.Created,
            LastLeft: DateTimeOffset.UnixEpoch,
            ChangeId: null,
            before?.ETag);
    }
}
