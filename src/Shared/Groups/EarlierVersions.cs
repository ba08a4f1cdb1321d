using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Groups;

/// <summary>Finds versions of a group's key that are not the active one.</summary>
public sealed class EarlierVersions(GroupTable groups, GroupRoles roles)
{
    /// <summary>
    /// The versions of an accessible group; null if the group has been deleted since. A version newer than the head was
    /// created after the access check, possibly by the change that removed the caller: it does not exist for this call.
    /// </summary>
    /// <returns>For each number the version, or a failure: KeyVersionNotFound, or the row is tampered.</returns>
    public async Task<IReadOnlyDictionary<int, VersionRead>?> FindAsync(
        Group group, IReadOnlyCollection<int> versions, CancellationToken cancellation)
    {
        var head = group.Head;
        var read = await groups.Versions.ReadAllAsync(
            head.Partition,
            [.. versions.Where(version => version <= head.Active.Version)],
            head.Incarnation,
            head.Active.Version,
            group.Key,
            cancellation);
        if (read.Values.Any(version => version.IsMissing) && !await roles.StillExistsAsync(group, cancellation))
            return null;
        return versions.Distinct().ToDictionary(
            version => version,
            version => read.TryGetValue(version, out var found) && !found.IsMissing
                ? found
                : new VersionRead(null, RotationResult.NoSuchVersion()));
    }
}
