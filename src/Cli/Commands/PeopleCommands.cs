using System.CommandLine;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey group …</c>: members and delegates.</summary>
internal static class PeopleCommands
{
    public static Command[] Create() => [Members(), Add(), Remove(), Delegates(), Delegate(), Undelegate()];

    private static Command Members()
    {
        var group = Make.Group;
        return Make.Command("members", "List the members, without the owner", [group],
            async (login, line, cancellation) => Output.Write(
            line,
            await login.Keyserver.Groups.ListMembersAsync(line.GroupId(group, login), cancellation)
                .ToArrayAsync(cancellation),
            ("MEMBER", each => each.Did),
            ("ADDED", each => each.AddedAt),
            ("BY", each => each.AddedBy)));
    }

    private static Command Add()
    {
        var (group, did) = (Make.Group, Make.Did);
        return Make.Command("add", "Add a member, who may read the key", [group, did],
            async (login, line, cancellation) =>
        {
            await login.Keyserver.Groups.AddMemberAsync(line.GroupId(group, login), line.GetValue(did)!, cancellation);
            Output.Tell(line, $"{line.GetValue(did)} is a member.",
                new { MemberDid = line.GetValue(did), Status = "added" });
        });
    }

    private static Command Remove()
    {
        var (group, did) = (Make.Group, Make.Did);
        var rotate =
            new Option<bool>("--rotate") { Description = "Also rotate the key, so that new content is protected" };
        return Make.Command("remove", "Remove a member", [group, did, rotate], async (login, line, cancellation) =>
        {
            var version = await login.Keyserver.Groups.RemoveMemberAsync(
                line.GroupId(group, login), line.GetValue(did)!, line.GetValue(rotate), cancellation);
            Output.Tell(
                line,
                $"{line.GetValue(did)} is no longer a member."
                    + (version is null ? "" : $" Version {version} is active."),
                new { MemberDid = line.GetValue(did), Status = "removed", NewVersion = version });
        });
    }

    private static Command Delegates()
    {
        var group = Make.Group;
        return Make.Command("delegates", "List the delegates of a group", [group],
            async (login, line, cancellation) => Output.Write(
            line,
            await login.Keyserver.Groups.ListDelegatesAsync(line.GroupId(group, login), cancellation)
                .ToArrayAsync(cancellation),
            ("DELEGATE", each => each.Did),
            ("MAY", each => each.Permissions),
            ("UNTIL", each => each.ExpiresAt)));
    }

    private static Command Delegate()
    {
        var (group, did) = (Make.Group, Make.Did);
        var may = new Option<GroupPermissions[]>("--may")
        {
            Description = "One or more of AddMember, RemoveMember, RotateKey", Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var until =
            new Option<DateTimeOffset?>(
            "--until") { Description = "When the permissions end, such as 2030-01-31T00:00:00Z" };
        return Make.Command(
            "delegate", "Add a delegate, who may manage the group", [group, did, may, until],
            async (login, line, cancellation) =>
        {
            var permissions = line.GetValue(may)!.Aggregate((all, one) => all | one);
            await login.Keyserver.Groups.AddDelegateAsync(
                line.GroupId(group, login), line.GetValue(did)!, permissions, line.GetValue(until), cancellation);
            Output.Tell(line, $"{line.GetValue(did)} may {permissions}.",
                new { DelegateDid = line.GetValue(did), Status = "authorized" });
        });
    }

    private static Command Undelegate()
    {
        var (group, did) = (Make.Group, Make.Did);
        return Make.Command("undelegate", "Remove a delegate", [group, did],
            async (login, line, cancellation) =>
        {
            await login.Keyserver.Groups.RemoveDelegateAsync(
                line.GroupId(group, login), line.GetValue(did)!, cancellation);
            Output.Tell(
                line, $"{line.GetValue(did)} is no longer a delegate.",
                new { DelegateDid = line.GetValue(did), Status = "revoked" });
        });
    }
}
