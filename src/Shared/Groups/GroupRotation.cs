using AtpKeyserver.Audit;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Groups;

/// <summary>Rotates group keys.</summary>
public sealed class GroupRotation(GroupAccess access, GroupWriter writer, GroupVersions versions)
{
    /// <summary>Makes a new active version. Exactly one, or, when the storage stays silent, one or none.</summary>
    public async Task<Rotation> RotateAsync(Caller caller, GroupId id, int? expectedVersion, CancellationToken cancellation)
    {
        using var turn = await writer.EnterAsync(id, cancellation);
        while (true)
        {
            var asked = new AccessEvent(id.Value, AccessAction.Rotate, caller);
            var (group, _) = await access.EnterAsync(id, asked, Permissions.RotateKey, cancellation);
            Rotation.Check(expectedVersion, group.Head.Active.Version);

            var next = versions.Rotate(group);
            AccessEvent[] events = [GroupVersions.RotateEvent(id, caller, next)];
            if (await writer.TryCommitAsync(next, group.Key, events, change => change.Insert(versions.Row(next, group.Key)), cancellation))
                return new Rotation(group.Head.Active.Version, next.Active.Version, next.Active.Created);
        }
    }
}
