using AtpKeyserver.Accounts;
using AtpKeyserver.Audit;
using AtpKeyserver.Errors;
using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using Azure.Data.Tables;
using Microsoft.Extensions.Caching.Memory;

namespace AtpKeyserver.Groups;

/// <summary>How every operation on a group begins: who is the caller to it, and, for those who are nothing to it, the refusal.</summary>
public sealed class GroupAccess(GroupTable groups, AccountKeys accounts, Keyring keyring, AccessLog log) : IDisposable
{
    private const int Rereads = 5;

    private static readonly TimeSpan RememberedFor = TimeSpan.FromMinutes(10);

    private readonly MemoryCache _members = new(new MemoryCacheOptions { SizeLimit = 50_000 });

    /// <summary>
    /// The group (null where there is none) and what the caller is to it. The head is read after the call arrived. A membership that was found is
    /// remembered together with the change that wrote that head, and counts only with a head of that very change: epochs and incarnations may
    /// come again where somebody deletes rows, the random id of a change does not.
    /// </summary>
    public async Task<(Group? Group, Standing Standing)> EnterAsync(GroupId id, Did caller, CancellationToken cancellation)
    {
        for (var read = 0; read < Rereads; read++)
        {
            var group = await FindAsync(id, cancellation);
            if (caller == id.Owner)
                return (group, Standing.Owner);
            if (group is not null && IsRemembered(group, caller))
                return (group, Standing.Member);

            var row = await groups.ReadMemberAsync(id, caller, cancellation);
            if (group is null)
                return (null, Standing.Stranger);
            if (Find(row, group) is not { } member || member.Incarnation < group.Head.Incarnation)
                return (group, Standing.Stranger);
            if (member.Incarnation == group.Head.Incarnation && member.Epoch <= group.Head.Epoch)
            {
                Remember(group, caller);
                return (group, Standing.Member);
            }

            // The member was added after the head was read: only a newer head can say whether it still is one.
        }

        throw TamperedException.At(groups.Table.Name, "a member is newer than the head of its group");
    }

    /// <summary>The member, if its row counts: one of an earlier incarnation or generation is a leftover.</summary>
    public async Task<GroupMember?> FindMemberAsync(Group group, Did member, CancellationToken cancellation)
    {
        var found = Find(await groups.ReadMemberAsync(group.Id, member, cancellation), group);
        return found?.Incarnation == group.Head.Incarnation ? found : null;
    }

    /// <summary>Records the refusal; the answer is the same for a group that does not exist.</summary>
    public async Task<KeyserverException> RefuseAsync(Group? group, AccessEvent refused, CancellationToken cancellation)
    {
        await log.WriteDeniedAsync(refused, group?.Key, cancellation);
        return new KeyserverException(ErrorName.Forbidden, "The group does not exist, or you have no access to it.");
    }

    public static KeyserverException NotFound() => new(ErrorName.GroupNotFound, "You have no group of this name.");

    public void Dispose() => _members.Dispose();

    private static GroupMember? Find(TableEntity? row, Group group) => row is null ? null : GroupMember.Verify(row, group.Key);

    private async Task<Group?> FindAsync(GroupId id, CancellationToken cancellation)
    {
        var row = await groups.ReadHeadAsync(id, cancellation);
        if (row is null || !GroupHead.IsActive(row))
        {
            if (row is not null)
                GroupTombstone.Verify(row, await keyring.RootAsync(cancellation));
            // A stranger must not learn from the work that there is no such group: the owner's key is looked up as for one that exists.
            await accounts.PretendToFindAsync(id.Owner, cancellation);
            return null;
        }

        var key = await accounts.FindAsync(id.Owner, UnverifiedColumns.GenerationOf(row, groups.Table.Name), cancellation);
        return key is null ? null : new Group(id, GroupHead.Verify(row, key), key);
    }

    private bool IsRemembered(Group group, Did caller) =>
        _members.TryGetValue((group.Id, caller), out string? seenAt) && seenAt == group.Head.ChangeId;

    private void Remember(Group group, Did caller) => _members.Set(
        (group.Id, caller),
        group.Head.ChangeId,
        new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = RememberedFor });
}
