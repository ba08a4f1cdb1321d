using AtpKeyserver.AccessLog;
using AtpKeyserver.Crypto;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

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

    /// <summary>The head after a rotation; <see cref="Row"/> returns the row of the new version.</summary>
    public GroupHead Rotate(Group group)
    {
        var head = group.Head;
        return head with
        {
            Epoch = head.Epoch + 1,
            Active = New(head.Partition, checked(head.Active.Version + 1), group.Key),
        };
    }

    /// <summary>The row of a head's active version.</summary>
    public TableEntity Row(GroupHead head, SealingKey key) =>
        groups.Versions.ToRow(head.Partition, head.Active, head.Incarnation, key);

    public static AccessEvent RotateEvent(GroupId id, Caller caller, GroupHead next, string? reason = null) =>
        new(id.Value, AccessAction.Rotate, caller, next.Active.Version, Reason: reason);
}
