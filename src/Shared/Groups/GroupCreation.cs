using AtpKeyserver.Accounts;
using AtpKeyserver.Audit;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups;

/// <summary>Makes groups: once, however many first calls race, and never again with a version number that was used.</summary>
public sealed class GroupCreation(GroupTable groups, AccountKeys accounts, Memberships memberships, GroupWriter writer, GroupVersions versions)
{
    private readonly SingleFlight<GroupId, bool> _creations = new();

    /// <summary>Returns when the group exists, whoever made it.</summary>
    public Task CreateAsync(GroupId id, Caller owner, CancellationToken cancellation) => _creations.RunAsync(
        id,
        async limit =>
        {
            await CreateOnceAsync(id, owner, limit);
            return true;
        },
        cancellation);

    private async Task CreateOnceAsync(GroupId id, Caller owner, CancellationToken cancellation)
    {
        while (true)
        {
            var key = await accounts.GetOrCreateAsync(id.Owner, cancellation);
            var row = await groups.ReadHeadAsync(id, cancellation);
            var generation = row is null ? key.Number : UnverifiedColumns.GenerationOf(row, groups.Table.Name);
            if (generation > key.Number)
            {
                // Another instance deleted the account and made it anew.
                key = await accounts.FindAsync(id.Owner, generation, cancellation)
                    ?? throw TamperedException.At(groups.Table.Name, "a head is of a generation that its owner does not have");
            }

            var before = row switch
            {
                null => null,
                _ when generation == key.Number => GroupHead.Verify(row, key),
                _ => GroupHead.Unverified(row) with { IsDeleted = true },
            };
            if (before is { IsDeleted: false })
                return;

            await memberships.PutAsync(id.Owner, Memberships.Owner, id, cancellation);
            var head = First(RowKeys.Partition(id.Value), before, key);
            AccessEvent[] events = [new AccessEvent(id.Value, AccessAction.Create, owner, head.Active.Version)];
            if (await writer.TryCommitAsync(head, key, events, change => change.Insert(versions.Row(head, key)), cancellation))
                return;
        }
    }

    private GroupHead First(string partition, GroupHead? before, SealingKey key)
    {
        var version = versions.New(partition, checked((before?.Active.Version ?? 0) + 1), key);
        return new GroupHead(
            partition,
            Incarnation: (before?.Incarnation ?? 0) + 1,
            Epoch: (before?.Epoch ?? 0) + 1,
            version,
            version.Created,
            IsDeleted: false,
            ChangeId: null,
            before?.ETag);
    }
}
