using System.Runtime.CompilerServices;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Groups;

/// <summary>Lists the groups of an account, from the index; each is confirmed, since the index may hold a group too many.</summary>
public sealed class GroupsOfAccount(
    Memberships memberships, GroupAccess access, Cursors cursors, TimeProvider clock, ILogger<GroupsOfAccount> logger)
{
    /// <summary>Groups that are read at a time for one call.</summary>
    private const int AtOnce = 16;

    private const int PageSize = 100;

    /// <summary>A page; not those in which the account is a delegate whose rights have expired.</summary>
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
        var now = clock.GetUtcNow();
        return new(
            [.. page.Entries.Where(found => found.Rights?.May(Permissions.None, now) != false)],
            await cursors.MakeNextAsync(list, page.Next, cancellation));
    }

    /// <summary>
    /// All groups in which the account has the role, with rights that have expired, by the page of the index. A page
    /// may be empty: strangers can fill the index with groups that are gone.
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
            async (i, limited) => confirmed[i] = await ConfirmAsync(account, page.Entries[i], limited));
        return new([.. confirmed.OfType<GroupOfAccount>()], page.Next);
    }

    private async Task<GroupOfAccount?> ConfirmAsync(Did account, TableEntity row, CancellationToken cancellation)
    {
        string role, group;
        try
        {
            (role, group) = Memberships.Read(row);
        }
        catch (TamperedException e)
        {
            // Nobody is kept from his groups by a row that somebody planted in the index, which grants nothing.
            Log.Tampered(logger, e);
            return null;
        }

        if (role == Memberships.Left)
            return null;
        return await access.ConfirmAsync(group, account, role, cancellation);
    }
}

/// <summary>A group, and what the account is to it.</summary>
/// <param name="Group">As it was read.</param>
/// <param name="Role">One of the roles of <see cref="Memberships"/>.</param>
/// <param name="Rights">The account's row as a delegate; null in the other roles.</param>
public sealed record GroupOfAccount(Group Group, string Role, GroupDelegate? Rights = null);
