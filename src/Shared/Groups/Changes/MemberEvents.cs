using AtpKeyserver.AccessLog;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Groups.Changes;

/// <summary>The events of changes that concern one or several members.</summary>
internal static class MemberEvents
{
    public static AccessEvent Of(GroupId id, AccessAction action, Caller caller, IReadOnlyList<Did> members) =>
        members is [var only]
            ? new(id.Value, action, caller, Target: only.Value)
            : new(id.Value, action, caller, Targets: [.. members.Select(member => member.Value)]);

    /// <summary>The event of a denied call, which names no member if it names several.</summary>
    public static AccessEvent Requested(
        GroupId id, AccessAction action, Caller caller, IReadOnlyList<Did> members) =>
        Of(id, action, caller, members) with { Targets = null };
}
