using AtpKeyserver.AccessLog;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups;

/// <summary>Lists the members and the delegates of a group. The owner is neither.</summary>
public sealed class GroupRoster(GroupTable groups, GroupAccess access, Cursors cursors)
{
    /// <summary>Rows in memory at once while all rows are read.</summary>
    private const int AtOnce = 500;

    /// <summary>
    /// A page of members, for the owner and all delegates; <see cref="GroupMember.AddedBy"/> is a DID here.
    /// </summary>
    public async Task<Page<GroupMember>> ListMembersAsync(
        Caller caller, GroupId id, int limit, string? cursor, CancellationToken cancellation)
    {
        var requested = new AccessEvent(id.Value, AccessAction.Read, caller);
        var (group, _) = await access.EnterAsDelegateAsync(id, requested, Permissions.None, cancellation);
        var list = $"members {id} {caller.Did}";
        var page = await ReadMembersAsync(
            group, await cursors.ReadAsync(list, cursor, cancellation), limit, cancellation);
        return page with { Next = await cursors.MakeNextAsync(list, page.Next, cancellation) };
    }

    /// <summary>A page of delegates, including expired ones, for the owner.</summary>
    public async Task<Page<GroupDelegate>> ListDelegatesAsync(
        Caller caller, GroupId id, int limit, string? cursor, CancellationToken cancellation)
    {
        var group = await access.EnterAsOwnerAsync(
            id, new AccessEvent(id.Value, AccessAction.Read, caller), cancellation);
        var list = $"delegates {id} {caller.Did}";
        var page = await groups.ReadDelegatesAsync(
            group, await cursors.ReadAsync(list, cursor, cancellation), limit, cancellation);
        return new(
            [.. page.Entries.Where(found => !found.IsFormer)],
            await cursors.MakeNextAsync(list, page.Next, cancellation));
    }

    /// <summary>All members, a few hundred rows in memory at once.</summary>
    public IAsyncEnumerable<GroupMember> MembersAsync(Group group, CancellationToken cancellation) =>
        Pages.AllAsync(after => ReadMembersAsync(group, after, AtOnce, cancellation), cancellation);

    /// <summary>All delegates and former delegates, a few hundred rows in memory at once.</summary>
    public IAsyncEnumerable<GroupDelegate> DelegatesAsync(Group group, CancellationToken cancellation) =>
        Pages.AllAsync(after => groups.ReadDelegatesAsync(group, after, AtOnce, cancellation), cancellation);

    private async Task<Page<GroupMember>> ReadMembersAsync(
        Group group, string? after, int limit, CancellationToken cancellation)
    {
        var page = await groups.ReadMembersAsync(group, after, limit, cancellation);
        var adders = await NamesAsync(group, page.Entries, cancellation);
        return page with
        {
            Entries = [.. page.Entries.Select(member => member with { AddedBy = adders[member.AddedBy] })],
        };
    }

    /// <summary>The DIDs of the actors that added these members, by actor id.</summary>
    private async Task<Dictionary<string, string>> NamesAsync(
        Group group, IReadOnlyList<GroupMember> members, CancellationToken cancellation)
    {
        var names = members.Select(member => member.AddedBy).Distinct().ToDictionary(actor => actor, _ => Did.Erased);
        names.Remove(GroupMember.ByOwner);
        var unknown = names.Count;
        if (unknown > 0)
        {
            await foreach (var found in DelegatesAsync(group, cancellation))
            {
                if (names.ContainsKey(found.ActorId))
                {
                    names[found.ActorId] = found.Did;
                    if (--unknown == 0)
                        break;
                }
            }
        }

        names[GroupMember.ByOwner] = group.Id.Owner.Value;
        return names;
    }
}
