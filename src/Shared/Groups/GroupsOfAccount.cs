using System.Runtime.CompilerServices;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Groups;

/// <summary>
/// Lists the groups of an account from the index. Confirms each one, since the index may hold stale rows.
/// </summary>
public sealed class GroupsOfAccount(
    Memberships memberships, GroupRoles roles, Cursors cursors, TimeProvider clock)
{
    /// <summary>Groups read concurrently for one call.</summary>
    private const int AtOnce = 16;

    private const int PageSize = 100;

    /// <summary>A page of groups, without those in which the account's rights as a delegate have expired.</summary>
    /// <param name="account">The caller's account.</param>
    /// <param name="role">Null for all roles.</param>
    /// <param name="limit">Maximum number of index rows to read.</param>
    /// <param name="cursor">From the previous page; null for the first.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<Page<GroupOfAccount>> ListAsync(
        Did account, string? role, int limit, string? cursor, CancellationToken cancellation)
    {
        var list = $"groups {account} {role}";
        var page = await ReadAsync(
            account, role, await cursors.ReadAsync(list, cursor, cancellation), limit, cancellation);
        var now = clock.GetUtcNow();
        return new(
            [.. page.Entries.Where(found => found.Rights?.May(Permissions.None, now) != false)],
            await cursors.MakeNextAsync(list, page.Next, cancellation));
    }

    /// <summary>
    /// All groups in which the account has the role, including expired rights, by page of the index. A page may be
    /// empty: strangers can fill the index with groups that they delete.
    /// </summary>
    public async IAsyncEnumerable<IReadOnlyList<GroupOfAccount>> PagesAsync(
        Did account, string role, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await ReadAsync(account, role, after, PageSize, cancellation);
            yield return page.Entries;
            after = page.Next;
        }
        while (after is not null);
    }

    private async Task<Page<GroupOfAccount>> ReadAsync(
        Did account, string? role, string? after, int limit, CancellationToken cancellation)
    {
        var page = await memberships.ReadPageAsync(account, role, after, limit, cancellation);
        var confirmed = new GroupOfAccount?[page.Entries.Count];
        await Parallel.ForAsync(
            0,
            confirmed.Length,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (i, limited) => confirmed[i] = page.Entries[i] is { Role: not Memberships.Left } found
                ? await roles.ConfirmAsync(found.Group, account, found.Role, limited)
                : null);
        return new([.. confirmed.OfType<GroupOfAccount>()], page.Next);
    }
}

/// <summary>A group, and the account's role in it.</summary>
/// <param name="Group">The group.</param>
/// <param name="Role">One of the roles of <see cref="Memberships"/>.</param>
/// <param name="Rights">The account's delegate row; null for the other roles.</param>
public sealed record GroupOfAccount(Group Group, string Role, GroupDelegate? Rights = null);
