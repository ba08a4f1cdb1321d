using AtpKeyserver.AccessLog;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Rotates group keys.</summary>
public sealed class GroupRotation(
    GroupAccess access,
    GroupReader reader,
    GroupWriter writer,
    GroupVersions versions,
    RateLimits limits)
{
    /// <summary>How often the operator's rotation tries a group that others keep changing.</summary>
    private const int Tries = 16;

    /// <summary>Creates exactly one new active version; if the storage does not respond, one or none.</summary>
    /// <exception cref="RateLimitExceededException">
    /// Too many rotations by the caller, or by the group's delegates.
    /// </exception>
    public async Task<RotationResult> RotateAsync(
        Caller caller, GroupId id, int? expectedVersion, string? reason, CancellationToken cancellation)
    {
        var requested = new AccessEvent(id.Value, AccessAction.Rotate, caller);
        using var held = await writer.LockAsync(id, caller, EnterAsync, cancellation);
        var isCharged = false;
        while (true)
        {
            var (group, _) = await EnterAsync();
            RotationResult.Check(expectedVersion, group.Head.Active.Version);
            if (!isCharged)
                limits.TakeRotation(caller.Did, id.Value, id.Owner);
            isCharged = true;

            if (await TryRotateAsync(group, caller, reason, cancellation) is { } next)
                return new RotationResult(group.Head.Active.Version, next.Version, next.Created);
        }

        Task<(Group Group, GroupDelegate?)> EnterAsync() =>
            access.EnterAsDelegateAsync(id, requested, Permissions.RotateKey, cancellation);
    }

    /// <summary>
    /// Creates a new active version if the active one is older than this time; false if nothing was to do.
    /// </summary>
    /// <exception cref="KeyserverException">
    /// UpstreamFailure: others kept changing the group; the next run tries again. This takes no lock, so that it delays
    /// no other change.
    /// </exception>
    public async Task<bool> RotateOldAsync(
        string partition, Caller by, DateTimeOffset before, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await reader.ReadAsync(partition, cancellation) is not { } group || group.Head.Active.Created >= before)
                return false;
            if (await TryRotateAsync(group, by, null, cancellation) is not null)
                return true;
        }

        throw KeyserverException.Upstream("The group changes too often to be rotated now; the next run retries.");
    }

    /// <summary>Null if the group was changed concurrently.</summary>
    private async Task<KeyVersion?> TryRotateAsync(
        Group group, Caller by, string? reason, CancellationToken cancellation)
    {
        var next = versions.Rotate(group);
        AccessEvent[] events = [GroupVersions.RotateEvent(group.Id, by, next, reason)];
        return await writer.TryCommitAsync(
            next, group.Key, events, change => versions.Insert(change, next, group.Key), cancellation)
            ? next.Active
            : null;
    }
}
