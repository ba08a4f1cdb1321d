using AtpKeyserver.AccessLog;
using AtpKeyserver.Crypto;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Groups;

/// <summary>Reads group keys and lists their versions.</summary>
public sealed class GroupKeys(
    GroupTable groups,
    GroupAccess access,
    EarlierVersions earlier,
    GroupCreation creation,
    AccessLogWriter log,
    Cursors cursors)
{
    /// <summary>
    /// Opens the group's key for its owner or a member, and records the read. The owner's first call without a version
    /// creates the group.
    /// </summary>
    /// <param name="caller">The caller.</param>
    /// <param name="id">The group.</param>
    /// <param name="version">Null for the active one.</param>
    /// <param name="isProbe">A HEAD request: creates, returns and records nothing.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The secret, which the caller must dispose, and its version.</returns>
    public async Task<(Secret Key, int Version)> GetAsync(
        Caller caller, GroupId id, int? version, bool isProbe, CancellationToken cancellation)
    {
        var requested = new AccessEvent(id.Value, AccessAction.Read, caller, version);
        var group = await access.FindAsReaderAsync(id, requested, cancellation);
        while (group is null)
        {
            if (isProbe || version is not null)
                throw GroupAccess.NotFound();
            // The call is atomic: it uses the group that it created, even if others have changed it since.
            group = await creation.CreateAsync(id, caller, cancellation)
                ?? await access.FindAsReaderAsync(id, requested, cancellation);
        }

        var found = group.Head.IsActive(version)
            ? group.Head.Active
            : (await earlier.FindAsync(group, [version!.Value], cancellation))?[version.Value].Get();
        if (found is null)
            return await GetAsync(caller, id, version, isProbe, cancellation);
        var secret = groups.Versions.Open(group.Head.Partition, found, group.Key);
        try
        {
            if (!isProbe)
                await log.WriteAsync(requested with { Version = found.Version }, group.Key, cancellation);
            return (secret, found.Version);
        }
        catch
        {
            secret.Dispose();
            throw;
        }
    }

    /// <summary>A page of the versions, newest first.</summary>
    public async Task<Page<KeyVersionStatus>> ListVersionsAsync(
        Caller caller, GroupId id, int limit, string? cursor, CancellationToken cancellation)
    {
        var requested = new AccessEvent(id.Value, AccessAction.Read, caller);
        var group = await access.EnterAsReaderAsync(id, requested, cancellation);
        var list = $"group versions {id} {caller.Did}";
        var page = await ReadVersionsAsync(
            group, await cursors.ReadAsync(list, cursor, cancellation), limit, cancellation);
        return page with { Next = await cursors.MakeNextAsync(list, page.Next, cancellation) };
    }

    /// <summary>All versions, newest first, in pages.</summary>
    public IAsyncEnumerable<KeyVersionStatus> VersionsAsync(Group group, CancellationToken cancellation) =>
        Pages.AllAsync(
            after => ReadVersionsAsync(group, after, KeyVersionStatus.MaxPageSize, cancellation), cancellation);

    private Task<Page<KeyVersionStatus>> ReadVersionsAsync(
        Group group, string? after, int limit, CancellationToken cancellation) =>
        groups.Versions.ReadPageAsync(
            group.Head.Partition,
            group.Head.Incarnation,
            group.Head.Active,
            group.Key,
            after,
            limit,
            cancellation);
}
