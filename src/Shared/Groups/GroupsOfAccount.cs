using System.Runtime.CompilerServices;
using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Groups;

/// <summary>Lists the groups of an account, from the index; each is confirmed, since the index may hold a group too many.</summary>
public sealed class GroupsOfAccount(Memberships memberships, GroupAccess access, Cursors cursors)
{
    /// <summary>Groups that are read at a time for one call.</summary>
    private const int AtOnce = 16;

    private const int PageSize = 100;

    /// <param name="account">Who asks.</param>
    /// <param name="role">Null for all roles.</param>
    /// <param name="limit">Index rows to look at.</param>
    /// <param name="cursor">Where to go on.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<Page<GroupOfAccount>> ListAsync(
        Did account, string? role, int limit, string? cursor, CancellationToken cancellation)
    {
        var list = $"groups {account} {role}";
        var page = await ReadAsync(account, role, await cursors.ReadAsync(list, cursor, cancellation), limit, cancellation);
        return page with { Next = await cursors.MakeNextAsync(list, page.Next, cancellation) };
    }

    /// <summary>All groups in which the account has the role, or any; a hundred in memory at once.</summary>
    public async IAsyncEnumerable<GroupOfAccount> AllAsync(
        Did account, string? role, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await ReadAsync(account, role, after, PageSize, cancellation);
            foreach (var group in page.Entries)
                yield return group;
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
            async (i, limited) => confirmed[i] = await ConfirmAsync(account, page.Entries[i], limited));
        return new([.. confirmed.OfType<GroupOfAccount>()], page.Next);
    }

    private async Task<GroupOfAccount?> ConfirmAsync(Did account, TableEntity row, CancellationToken cancellation)
    {
        var role = Memberships.RoleOf(row);
        var group = await access.ConfirmAsync(Memberships.GroupOf(row), account, role, cancellation);
        return group is null ? null : new GroupOfAccount(group, role);
    }
}

/// <summary>A group, and what the account is to it: one of the roles of <see cref="Memberships"/>.</summary>
public sealed record GroupOfAccount(Group Group, string Role);
