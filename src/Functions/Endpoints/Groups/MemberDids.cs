using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Groups.Changes;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Functions.Endpoints.Groups;

/// <summary>The members of one call, and what became of them.</summary>
internal static class MemberDids
{
    /// <summary>Bytes: 90 DIDs of 261 characters fit.</summary>
    public const int MaxBody = 32 * 1024;

    /// <exception cref="KeyserverException">
    /// InvalidRequest: too few or too many, an invalid DID, one twice, or the owner.
    /// </exception>
    public static IReadOnlyList<Did> Read(XrpcCall call, GroupId group, IReadOnlyList<string?>? texts)
    {
        if (texts is not { Count: >= 1 and <= MemberAdditions.MaxAtOnce })
            throw XrpcCall.Invalid($"member_dids must have 1 to {MemberAdditions.MaxAtOnce} entries.");
        var members = new List<Did>(texts.Count);
        for (var i = 0; i < texts.Count; i++)
        {
            var member = call.Did($"member_dids[{i}]", texts[i]);
            if (member == group.Owner)
                throw XrpcCall.Invalid($"member_dids[{i}] is the owner of the group.");
            if (members.Contains(member))
                throw XrpcCall.Invalid($"member_dids[{i}] occurs twice.");
            members.Add(member);
        }

        return members;
    }

    public static IEnumerable<MemberStatus> Statuses(
        IReadOnlyList<Did> members, IReadOnlyCollection<Did> changed, string status) =>
        members.Select(member => new MemberStatus(member.Value, changed.Contains(member) ? status : "unchanged"));
}
