using AtpKeyserver.AccessLog;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;

namespace AtpKeyserver.Groups.Access;

/// <summary>The access check of every group operation. A denied call is recorded in the owner's log.</summary>
public sealed class GroupAccess(GroupRoles roles, AccessLogWriter log, RateLimits limits, TimeProvider clock)
{
    /// <summary>The group, if the caller may read its keys; null if the caller owns it but it does not exist.</summary>
    /// <exception cref="KeyserverException">Forbidden.</exception>
    public async Task<Group?> FindAsReaderAsync(GroupId id, AccessEvent requested, CancellationToken cancellation)
    {
        var (group, role) = await roles.FindAsync(id, requested.By.Did, cancellation);
        return role == CallerRole.Stranger
            ? throw await RefuseAsync(group, requested, hasRole: false, cancellation)
            : group;
    }

    /// <summary>The group, if the caller may read its keys.</summary>
    /// <exception cref="KeyserverException">Forbidden; GroupNotFound.</exception>
    public async Task<Group> EnterAsReaderAsync(GroupId id, AccessEvent requested, CancellationToken cancellation) =>
        await FindAsReaderAsync(id, requested, cancellation) ?? throw NotFound();

    /// <summary>The group, if the caller owns it.</summary>
    /// <exception cref="KeyserverException">Forbidden; GroupNotFound.</exception>
    public async Task<Group> EnterAsOwnerAsync(GroupId id, AccessEvent requested, CancellationToken cancellation)
    {
        var (group, role) = await roles.FindAsync(id, requested.By.Did, cancellation);
        if (role != CallerRole.Owner)
            throw await RefuseAsync(group, requested, hasRole: role == CallerRole.Member, cancellation);
        return group ?? throw NotFound();
    }

    /// <summary>The group, if the caller owns it or is a delegate with these permissions.</summary>
    /// <param name="id">The group.</param>
    /// <param name="requested">The requested action and the caller.</param>
    /// <param name="needed">The permissions that a delegate needs; none if every delegate is allowed.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The group, and the caller's delegate row; null for the owner.</returns>
    /// <exception cref="KeyserverException">Forbidden; GroupNotFound.</exception>
    public async Task<(Group Group, GroupDelegate? By)> EnterAsDelegateAsync(
        GroupId id, AccessEvent requested, Permissions needed, CancellationToken cancellation)
    {
        var (group, by) = await roles.FindDelegateAsync(id, requested.By.Did, cancellation);
        if (!May(id, requested.By.Did, by, needed))
            throw await RefuseAsync(group, requested, hasRole: by is not null, cancellation);
        return (group ?? throw NotFound(), by);
    }

    /// <summary>
    /// Whether the account is the owner or a delegate with these permissions. Checked for each use, since permissions
    /// expire.
    /// </summary>
    public bool May(GroupId id, Did account, GroupDelegate? by, Permissions needed) =>
        account == id.Owner || by?.May(needed, clock.GetUtcNow()) == true;

    /// <summary>Records the denied call. The error is the same if the group does not exist.</summary>
    /// <param name="group">Null if there is none.</param>
    /// <param name="denied">The denied action and the caller.</param>
    /// <param name="hasRole">Whether the caller is a member or delegate: the log names nobody else.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="RateLimitExceededException">The caller was denied too often; nothing is recorded.</exception>
    public async Task<KeyserverException> RefuseAsync(
        Group? group, AccessEvent denied, bool hasRole, CancellationToken cancellation)
    {
        limits.TakeDenial(denied.By.Did);
        await log.WriteDeniedAsync(denied, hasRole, group?.Key, cancellation);
        return new KeyserverException(ErrorName.Forbidden, "The group does not exist, or you have no access to it.");
    }

    public static KeyserverException NotFound() => new(ErrorName.GroupNotFound, "You have no group of this name.");
}
