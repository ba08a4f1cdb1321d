using AtpKeyserver.AccessLog;
using AtpKeyserver.Errors;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Rotates group keys.</summary>
public sealed class GroupRotation(GroupAccess access, GroupWriter writer, GroupVersions versions, RateLimits limits)
{
    /// <summary>How often the rotation of everything tries a group that others keep changing.</summary>
    private const int Tries = 16;

    /// <summary>Makes a new active version. Exactly one, or, when the storage stays silent, one or none.</summary>
    /// <exception cref="RateLimitExceededException">Too many rotations by the caller, or by delegates of the group.</exception>
    public async Task<RotationResult> RotateAsync(
        Caller caller, GroupId id, int? expectedVersion, string? reason, CancellationToken cancellation)
    {
        var asked = new AccessEvent(id.Value, AccessAction.Rotate, caller);
        // Callers who are refused must not make others wait for the group's turn.
        if (caller.Did != id.Owner)
            _ = await access.EnterAsync(id, asked, Permissions.RotateKey, cancellation);
        using var turn = await writer.EnterAsync(id, cancellation);
        var isPaid = false;
        while (true)
        {
            var (group, _) = await access.EnterAsync(id, asked, Permissions.RotateKey, cancellation);
            RotationResult.Check(expectedVersion, group.Head.Active.Version);
            if (!isPaid)
                limits.TakeRotation(caller.Did, id.Value, id.Owner);
            isPaid = true;

            if (await TryRotateAsync(group, caller, reason, cancellation) is { } next)
                return new RotationResult(group.Head.Active.Version, next.Version, next.Created);
        }
    }

    /// <summary>Makes a new active version where the active one was made before this time; false where there is none such.</summary>
    /// <exception cref="KeyserverException">
    /// UpstreamFailure: others changed the group each time. The group waits for the next run, and the others do not
    /// wait for it.
    /// </exception>
    public async Task<bool> RotateOldAsync(string partition, Caller by, DateTimeOffset before, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await access.FindAsync(partition, cancellation) is not { } group || group.Head.Active.Created >= before)
                return false;
            if (await TryRotateAsync(group, by, null, cancellation) is not null)
                return true;
        }

        throw KeyserverException.Upstream("The group is changed too often to be rotated now; the next run tries again.");
    }

    /// <summary>Null where the group was changed by somebody else.</summary>
    private async Task<KeyVersion?> TryRotateAsync(Group group, Caller by, string? reason, CancellationToken cancellation)
    {
        var next = versions.Rotate(group);
        AccessEvent[] events = [GroupVersions.RotateEvent(group.Id, by, next, reason)];
        return await writer.TryCommitAsync(next, group.Key, events, change => change.Insert(versions.Row(next, group.Key)), cancellation)
            ? next.Active
            : null;
    }
}
