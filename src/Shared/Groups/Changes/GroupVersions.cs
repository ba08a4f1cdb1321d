using AtpKeyserver.AccessLog;
using AtpKeyserver.Crypto;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;

namespace AtpKeyserver.Groups.Changes;

/// <summary>Creates new versions of group keys. Writes nothing: the rows go into the transaction of a change.</summary>
public sealed class GroupVersions(GroupTable groups, TimeProvider clock)
{
    /// <summary>A version with a new random key of 256 bits.</summary>
    public KeyVersion New(string partition, int version, SealingKey key)
    {
        using var secret = Secret.Random();
        return groups.Versions.Seal(partition, version, clock.GetUtcNow(), secret, key);
    }

    /// <summary>The head after a rotation; <see cref="Insert"/> adds the row of its version.</summary>
    public GroupHead Rotate(Group group)
    {
        var head = group.Head;
        return head.NextEpoch() with { Active = New(head.Partition, checked(head.Active.Version + 1), group.Key) };
    }

    /// <summary>Adds the row of a head's active version to the change.</summary>
    public void Insert(PartitionChange change, GroupHead head, SealingKey key) =>
        change.Insert(groups.Versions.ToRow(head.Partition, head.Active, head.Incarnation, key));

    public static AccessEvent RotateEvent(GroupId id, Caller caller, GroupHead next, string? reason = null) =>
        new(id.Value, AccessAction.Rotate, caller, next.Active.Version, Reason: reason);
}
