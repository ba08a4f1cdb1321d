using System.Globalization;

namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>
/// A group as PROTOCOL describes it, for sequential calls: the model that the running app is checked against.
/// </summary>
/// <param name="Exists">False before creation and after deletion.</param>
/// <param name="First">The first version of this incarnation: earlier ones cannot be read any more.</param>
/// <param name="Version">The active version, or the last one of a deleted group: numbers are never reused.</param>
/// <param name="Members">One bit per account.</param>
/// <param name="Delegates">One bit per account; delegates here have all permissions.</param>
/// <param name="Departed">One bit per account: it left and cannot be added again.</param>
public readonly record struct GroupState(
    bool Exists, int First, int Version, uint Members, uint Delegates, uint Departed = 0)
{
    private static readonly Reply Forbidden = new(403, "Forbidden");
    private static readonly Reply NoGroup = new(404, "GroupNotFound");
    private static readonly Reply Done = new(200);

    /// <summary>The state after this call if it can return this response; null if it cannot.</summary>
    public GroupState? After(Question question, Reply reply)
    {
        var (expected, next) = Ask(question);
        if (!reply.IsKnown || reply == expected)
            return next;
        // A deleted group cannot be recreated until its rows are swept, at a time unknown to clients.
        var isNotYetSwept = !Exists && Version > 0 && question is { Caller: Question.Owner, Act: Act.GetKey }
            && reply == NoGroup;
        return isNotYetSwept ? this : null;
    }

    /// <summary>The response and the state after it.</summary>
    public (Reply Reply, GroupState Next) Ask(Question question)
    {
        var isOwner = question.Caller == Question.Owner;
        if (!Exists)
        {
            return !isOwner ? (Forbidden, this)
                : question is not { Act: Act.GetKey, Version: 0 } ? (NoGroup, this)
                : (new Reply(200, Version: Version + 1), new GroupState(true, Version + 1, Version + 1, 0, 0));
        }

        var caller = 1u << question.Caller;
        var target = 1u << question.Target;
        var mayRead = isOwner || (Members & caller) != 0;
        var mayManage = isOwner || (Delegates & caller) != 0;
        var isMember = (Members & target) != 0;
        var rotated = this with { Version = Version + 1 };
        return question.Act switch
        {
            Act.GetKey or Act.GetKeys when !mayRead => (Forbidden, this),
            Act.GetKey or Act.GetKeys when question.Version == 0 => (new Reply(200, Version: Version), this),
            Act.GetKey or Act.GetKeys when question.Version < First || question.Version > Version =>
                (new Reply(404, "KeyVersionNotFound"), this),
            Act.GetKey or Act.GetKeys => (new Reply(200, Version: question.Version), this),

            Act.RemoveMember when question.Caller == question.Target && isMember =>
                (Done, this with { Members = Members & ~target, Departed = Departed | target }),
            Act.RemoveMembers when question.Targets == caller && (Members & caller) != 0 =>
                Remove(caller, question.Caller),
            Act.Rotate or Act.AddMember or Act.AddMembers or Act.RemoveMember or Act.RemoveMembers
                or Act.RemoveMemberAndRotate or Act.RemoveMembersAndRotate when !mayManage =>
                (Forbidden, this),
            Act.Rotate when question.Version != 0 && question.Version != Version =>
                (new Reply(409, "VersionConflict"), this),
            Act.Rotate => (new Reply(200, Version: Version + 1, OldVersion: Version), rotated),
            Act.AddMember when isMember => (new Reply(409, "MemberAlreadyExists"), this),
            Act.AddMember when (Departed & target) != 0 => (new Reply(409, "MemberUnavailable"), this),
            Act.AddMember => (Done, this with { Members = Members | target }),
            Act.AddMembers when (question.Targets & Departed & ~Members) != 0 =>
                (new Reply(409, "MemberUnavailable"), this),
            Act.AddMembers =>
                (new Reply(200, Changed: question.Targets & ~Members),
                    this with { Members = Members | question.Targets }),
            Act.RemoveMember or Act.RemoveMemberAndRotate when !isMember => (new Reply(404, "MemberNotFound"), this),
            Act.RemoveMember => (Done, this with { Members = Members & ~target }),
            Act.RemoveMemberAndRotate => (new Reply(200, Version: Version + 1), rotated with
            {
                Members = Members & ~target,
                Departed = question.Caller == question.Target ? Departed | target : Departed,
            }),

            Act.RemoveMembers => Remove(question.Targets, question.Caller),
            Act.RemoveMembersAndRotate when (question.Targets & Members) == 0 => (Done, this),
            Act.RemoveMembersAndRotate => RotateWithout(question.Targets, question.Caller),

            _ when !isOwner => (Forbidden, this),
            Act.AddDelegate => (Done, this with { Delegates = Delegates | target }),
            Act.RemoveDelegate when (Delegates & target) == 0 => (new Reply(404, "DelegateNotFound"), this),
            Act.RemoveDelegate => (Done, this with { Delegates = Delegates & ~target }),
            Act.Delete => (Done, new GroupState(false, 0, Version, 0, 0)),
            _ => throw new ArgumentOutOfRangeException(nameof(question)),
        };
    }

    public override string ToString() => Exists
        ? string.Create(CultureInfo.InvariantCulture,
            $"versions {First} to {Version}, members [{Accounts.Names(Members)}], "
                + $"delegates [{Accounts.Names(Delegates)}]")
        : string.Create(CultureInfo.InvariantCulture, $"no group, last version {Version}");

    /// <summary>Accounts that are not members are left unchanged.</summary>
    private (Reply Reply, GroupState Next) Remove(uint targets, int caller)
    {
        var removed = targets & Members;
        return (new Reply(200, Changed: removed), this with
        {
            Members = Members & ~removed,
            Departed = Departed | (removed & 1u << caller),
        });
    }

    private (Reply Reply, GroupState Next) RotateWithout(uint targets, int caller)
    {
        var (reply, next) = Remove(targets, caller);
        return (reply with { Version = Version + 1 }, next with { Version = Version + 1 });
    }
}
