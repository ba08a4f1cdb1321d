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
    GroupTable groups, GroupAccess access, GroupCreation creation, AccessLogWriter log, Cursors cursors)
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
        var (group, role) = await access.EnterAsync(id, caller.Did, cancellation);
        if (role == CallerRole.Stranger)
            throw await access.RefuseAsync(
                group, new AccessEvent(id.Value, AccessAction.Read, caller, version), hasRole: false, cancellation);
        while (group is null)
        {
            if (isProbe || version is not null)
                throw GroupAccess.NotFound();
            // Returns the group as this call created it, even if it was changed meanwhile: so the call stays atomic.
            group = await creation.CreateAsync(id, caller, cancellation);
            if (group is null)
                (group, _) = await access.EnterAsync(id, caller.Did, cancellation);
        }

        var found = version is null || version == group.Head.Active.Version
            ? group.Head.Active
            : await FindAsync(group, version.Value, cancellation);
        if (found is null)
            return await GetAsync(caller, id, version, isProbe, cancellation);
        var secret = groups.Versions.Open(group.Head.Partition, found, group.Key);
        try
        {
            if (!isProbe)
                await log.WriteAsync(
                    new AccessEvent(id.Value, AccessAction.Read, caller, found.Version), group.Key, cancellation);
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
        var (group, role) = await access.EnterAsync(id, caller.Did, cancellation);
        if (role == CallerRole.Stranger)
            throw await access.RefuseAsync(
                group, new AccessEvent(id.Value, AccessAction.Read, caller), hasRole: false, cancellation);
        if (group is null)
            throw GroupAccess.NotFound();
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

    /// <summary>
    /// An earlier version; null if the group was deleted meanwhile. A version newer than the head was created after the
    /// access check, possibly by the change that removed the caller: it does not exist for this call.
    /// </summary>
    private async Task<KeyVersion?> FindAsync(Group group, int version, CancellationToken cancellation)
    {
        if (version > group.Head.Active.Version)
            throw RotationResult.NoSuchVersion();
        var head = group.Head;
        var found = await groups.Versions.ReadAsync(
            head.Partition, version, head.Incarnation, head.Active.Version, group.Key, cancellation);
        return found is null && await access.StillExistsAsync(group, cancellation)
            ? throw RotationResult.NoSuchVersion()
            : found;
    }
}
