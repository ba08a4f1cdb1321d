namespace AtpKeyserver.Tests.EndToEnd.Histories;

/// <summary>Tests of the checker: histories that some order explains, and histories that none explains.</summary>
public sealed class HistoryTests
{
    private const int Owner = 0, Bob = 1, Carol = 2;

    private static readonly Reply Done = new(200);

    [Fact]
    public void Sequential_calls_as_the_protocol_defines() => IsLinearizable(
        Read(Owner, 1, 0, 1),
        Add(Bob, 2, 3),
        Read(Bob, 1, 4, 5),
        Rotate(1, 6, 7),
        Read(Bob, 2, 8, 9),
        Read(Bob, 1, 10, 11, asked: 1),
        Refused(Bob, Act.GetKey, 404, "KeyVersionNotFound", 12, 13, version: 3),
        Remove(Bob, 14, 15),
        Refused(Bob, Act.GetKey, 403, "Forbidden", 16, 17),
        Delete(18, 19),
        Refused(Owner, Act.GetKey, 404, "GroupNotFound", 20, 21),
        Read(Owner, 3, 22, 23),
        Refused(Owner, Act.GetKey, 404, "KeyVersionNotFound", 24, 25, version: 2));

    [Fact]
    public void Overlapping_calls_in_either_order() => IsLinearizable(
        Read(Owner, 1, 0, 1),
        Rotate(1, 2, 10),
        Read(Owner, 1, 3, 9),
        Read(Owner, 2, 4, 5));

    [Fact]
    public void An_unknown_rotation_may_take_effect_late_or_never()
    {
        IsLinearizable(Read(Owner, 1, 0, 1), Unknown(Act.Rotate, 2), Read(Owner, 1, 4, 5), Read(Owner, 2, 6, 7));
        IsLinearizable(Read(Owner, 1, 0, 1), Unknown(Act.Rotate, 2), Read(Owner, 1, 4, 5), Rotate(1, 6, 7));
    }

    [Fact]
    public void An_unknown_rotation_takes_effect_at_most_once() => IsViolation(
        Read(Owner, 3, 6, 7),
        "versions 1 to 2, members [], delegates []: the response would be 200, version 2",
        Read(Owner, 1, 0, 1), Unknown(Act.Rotate, 2), Read(Owner, 2, 4, 5));

    [Fact]
    public void An_unknown_rotation_does_not_take_effect_before_its_call() => IsViolation(
        Read(Owner, 2, 2, 3),
        "versions 1 to 1, members [], delegates []: the response would be 200, version 1",
        Read(Owner, 1, 0, 1), Unknown(Act.Rotate, 4));

    [Fact]
    public void A_stale_read_after_a_removal() => IsViolation(
        Read(Bob, 1, 6, 7),
        "versions 1 to 1, members [], delegates []: the response would be 403 Forbidden",
        Read(Owner, 1, 0, 1), Add(Bob, 2, 3), Remove(Bob, 4, 5));

    [Fact]
    public void A_removed_member_that_reads_a_later_version() => IsViolation(
        Read(Bob, 2, 6, 9),
        "versions 1 to 2, members [], delegates []: the response would be 403 Forbidden",
        Read(Owner, 1, 0, 1), Add(Bob, 2, 3), Remove(Bob, 4, 5), Rotate(1, 7, 8));

    [Fact]
    public void A_lost_rotation() => IsViolation(
        Read(Owner, 1, 4, 5),
        "versions 1 to 2, members [], delegates []: the response would be 200, version 2",
        Read(Owner, 1, 0, 1), Rotate(1, 2, 3));

    [Fact]
    public void Two_rotations_that_created_the_same_version() => IsViolation(
        Rotate(1, 2, 5),
        "versions 1 to 2, members [], delegates []: the response would be 200, version 2 -> 3",
        Read(Owner, 1, 0, 1), Rotate(1, 3, 4));

    [Fact]
    public void A_rotation_that_was_made_twice() => IsViolation(
        Read(Owner, 3, 4, 5),
        "versions 1 to 2, members [], delegates []: the response would be 200, version 2",
        Read(Owner, 1, 0, 1), Rotate(1, 2, 3));

    [Fact]
    public void A_rotation_that_reverted_a_removal() => IsViolation(
        Read(Carol, 2, 8, 9),
        "versions 1 to 2, members [], delegates []: the response would be 403 Forbidden",
        Read(Owner, 1, 0, 1), Add(Carol, 2, 3), Remove(Carol, 4, 7), Rotate(1, 5, 6));

    [Fact]
    public void Two_keys_of_one_version() => IsViolation(
        Read(Owner, 1, 2, 3) with { Key = "another" },
        "version 1 had another key before",
        Read(Owner, 1, 0, 1));

    [Fact]
    public void One_key_of_two_versions() => IsViolation(
        Read(Owner, 2, 4, 5) with { Key = "key 1" },
        "its key is that of version 1",
        Read(Owner, 1, 0, 1), Rotate(1, 2, 3));

    [Fact]
    public void A_version_number_reused_after_a_deletion() => IsViolation(
        Read(Owner, 1, 4, 5),
        "no group, last version 1: the response would be 200, version 2",
        Read(Owner, 1, 0, 1), Delete(2, 3));

    [Fact]
    public void A_refusal_of_an_existing_version() => IsViolation(
        Refused(Owner, Act.Rotate, 409, "VersionConflict", 2, 3, version: 1),
        "versions 1 to 1, members [], delegates []: the response would be 200, version 1 -> 2",
        Read(Owner, 1, 0, 1));

    [Fact]
    public void A_first_read_that_created_the_group_and_saw_a_later_state() => IsViolation(
        Read(Owner, 2, 0, 5),
        "none: other operations need its effect, which contradicts its response",
        [Unknown(Act.GetKey, 0), Rotate(1, 2, 3)],
        [Rotate(1, 2, 3)]);

    [Fact]
    public void The_shortest_prefix_ends_with_the_first_unexplained_response()
    {
        Operation[] operations =
        [
            Read(Owner, 1, 0, 1), Rotate(1, 2, 3), Read(Owner, 1, 4, 8), Add(Bob, 5, 6), Read(Bob, 2, 9, 10),
            Read(Owner, 1, 11, 12),
        ];
        var violation = new History(operations).FindViolation()!;
        Assert.Equal(operations[2], violation.Last);
        Assert.Equal(operations[..4], violation.Prefix);
    }

    [Fact]
    public void Sequential_calls_for_many_members() => IsLinearizable(
        Read(Owner, 1, 0, 1),
        Add(Bob, 2, 3),
        Change(Act.AddMembers, [Bob, Carol], changed: [Carol], 4, 5),
        Read(Carol, 1, 6, 7),
        Change(Act.AddMembers, [Bob, Carol], changed: [], 8, 9),
        Change(Act.RemoveMembers, [Bob], changed: [Bob], 10, 11),
        Change(Act.RemoveMembersAndRotate, [Bob, Carol], changed: [Carol], 12, 13, version: 2),
        Change(Act.RemoveMembersAndRotate, [Bob, Carol], changed: [], 14, 15),
        Read(Owner, 2, 16, 17));

    [Fact]
    public void Many_members_are_added_together_or_not_at_all()
    {
        Operation[] before =
        [
            Read(Owner, 1, 0, 1),
            Unknown(Act.AddMembers, 2) with { Question = Many(Act.AddMembers, [Bob, Carol]) },
        ];
        IsLinearizable([.. before, Read(Bob, 1, 4, 5), Read(Carol, 1, 6, 7)]);
        IsViolation(
            Refused(Carol, Act.GetKey, 403, "Forbidden", 6, 7),
            "versions 1 to 1, members [1 2], delegates []: the response would be 200, version 1",
            [.. before, Read(Bob, 1, 4, 5)]);
    }

    [Fact]
    public void A_member_that_one_call_forgot_to_add() => IsViolation(
        Refused(Carol, Act.GetKeys, 403, "Forbidden", 4, 5),
        "versions 1 to 1, members [1 2], delegates []: the response would be 200, version 1",
        Read(Owner, 1, 0, 1), Change(Act.AddMembers, [Bob, Carol], changed: [Bob, Carol], 2, 3));

    [Fact]
    public void A_member_that_two_calls_added() => IsViolation(
        Change(Act.AddMembers, [Bob, Carol], changed: [Bob, Carol], 2, 5),
        "versions 1 to 1, members [1], delegates []: the response would be 200, changed 2",
        Read(Owner, 1, 0, 1), Add(Bob, 3, 4));

    [Fact]
    public void A_refusal_of_one_account_that_added_another()
    {
        var left = new Operation(new Question(Bob, Act.RemoveMember, Bob), Done, 4, 5);
        var refused = new Operation(
            Many(Act.AddMembers, [Bob, Carol]), new Reply(409, "MemberUnavailable"), 6, 7);
        IsViolation(
            Read(Carol, 1, 8, 9),
            "versions 1 to 1, members [], delegates []: the response would be 403 Forbidden",
            Read(Owner, 1, 0, 1), Add(Bob, 2, 3), left, refused);
    }

    [Fact]
    public void A_removal_of_nobody_that_rotated() => IsViolation(
        Read(Owner, 2, 4, 5),
        "versions 1 to 1, members [], delegates []: the response would be 200, version 1",
        Read(Owner, 1, 0, 1), Change(Act.RemoveMembersAndRotate, [Bob], changed: [], 2, 3));

    [Fact]
    public void A_stale_key_among_many() => IsViolation(
        Read(Owner, 1, 4, 5) with { Question = new Question(Owner, Act.GetKeys) },
        "versions 1 to 2, members [], delegates []: the response would be 200, version 2",
        Read(Owner, 1, 0, 1), Rotate(1, 2, 3));

    [Fact]
    public void A_read_of_many_keys_that_created_a_group() => IsViolation(
        Read(Owner, 1, 0, 1) with { Question = new Question(Owner, Act.GetKeys) },
        "no group, last version 0: the response would be 404 GroupNotFound");

    [Fact]
    public void Hundreds_of_overlapping_calls_are_checked_quickly()
    {
        var rotations = Enumerable.Range(1, 400).Select(i => Rotate(i, (10 * i) - 35, (10 * i) + 35));
        var unknown = Enumerable.Range(0, 8).Select(i => Unknown(Act.RemoveMember, 500 * i));
        IsLinearizable([Read(Owner, 1, -50, -45), .. rotations, .. unknown, Read(Owner, 401, 5000, 5001)]);
        Assert.NotNull(new History([Read(Owner, 1, -50, -45), .. rotations, .. unknown, Read(Owner, 400, 5000, 5001)])
            .FindViolation());
    }

    [Fact]
    public void A_read_that_creates_the_group_may_come_after_a_refusal() => IsLinearizable(
        Read(Owner, 1, 0, 9),
        Refused(Owner, Act.Rotate, 404, "GroupNotFound", 1, 8),
        Refused(Bob, Act.GetKey, 403, "Forbidden", 1, 8));

    [Fact]
    public void Many_overlapping_reads_and_unknown_changes_are_checked_quickly()
    {
        var reads = Enumerable.Range(0, 40)
            .SelectMany(i => new[] { Read(Owner, 1, 10 + i, 100 + i), Read(Bob, 1, 10 + i, 100 + i) });
        var unknown = Enumerable.Range(1, 8).Select(i => Unknown(Act.RemoveMember, i));
        Operation[] operations = [Read(Owner, 1, -50, -45), Add(Bob, -40, -30), .. unknown, .. reads];
        IsLinearizable(operations);
        Assert.NotNull(new History([.. operations, Read(Owner, 2, 200, 201)]).FindViolation());
    }

    private static void IsLinearizable(params Operation[] operations) =>
        Assert.Null(new History(operations).FindViolation());

    /// <summary>Checks that only the last response has no explanation, and that it is reported.</summary>
    private static void IsViolation(Operation last, string reason, params Operation[] before) =>
        IsViolation(last, reason, before, before);

    private static void IsViolation(Operation last, string reason, Operation[] linearizable, Operation[] before)
    {
        IsLinearizable(linearizable);
        var violation = new History([.. before, last]).FindViolation();
        Assert.NotNull(violation);
        Assert.Contains(reason, violation.Reasons);
        Assert.Contains(reason, violation.ToString(), StringComparison.Ordinal);
    }

    private static Operation Read(int caller, int version, long invoked, long returned, int asked = 0) =>
        new(new Question(caller, Act.GetKey, Version: asked), new Reply(200, Version: version), invoked, returned,
            $"key {version}");

    private static Operation Rotate(int old, long invoked, long returned) =>
        new(new Question(Owner, Act.Rotate), new Reply(200, Version: old + 1, OldVersion: old), invoked, returned);

    private static Operation Add(int member, long invoked, long returned) =>
        new(new Question(Owner, Act.AddMember, member), Done, invoked, returned);

    private static Operation Remove(int member, long invoked, long returned) =>
        new(new Question(Owner, Act.RemoveMember, member), Done, invoked, returned);

    private static Question Many(Act act, int[] members) => new(Owner, act, Targets: Set(members));

    private static Operation Change(
        Act act, int[] members, int[] changed, long invoked, long returned, int version = 0) =>
        new(Many(act, members), new Reply(200, Version: version, Changed: Set(changed)), invoked, returned);

    private static uint Set(int[] accounts) => accounts.Aggregate(0u, (set, account) => set | 1u << account);

    private static Operation Delete(long invoked, long returned) =>
        new(new Question(Owner, Act.Delete), Done, invoked, returned);

    private static Operation Refused(
        int caller, Act act, int status, string error, long invoked, long returned, int version = 0) =>
        new(new Question(caller, act, Version: version), new Reply(status, error), invoked, returned);

    private static Operation Unknown(Act act, long invoked) =>
        new(new Question(Owner, act, Bob), Reply.Unknown, invoked, invoked + 1);
}
