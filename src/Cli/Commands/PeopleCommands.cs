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
        return Make.Command("members", "Who may read the key, beside the owner", [group],
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
        var (group, did) = (Make.Group, Make.Somebody);
        return Make.Command("add", "Let somebody read the key", [group, did], async (login, line, cancellation) =>
        {
            await login.Keyserver.Groups.AddMemberAsync(line.GroupId(group, login), line.GetValue(did)!, cancellation);
            Output.Tell(line, $"{line.GetValue(did)} is a member.",
                new { MemberDid = line.GetValue(did), Status = "added" });
        });
    }

    private static Command Remove()
    {
        var (group, did) = (Make.Group, Make.Somebody);
        var rotate =
            new Option<bool>("--rotate") { Description = "Also make a new version, which the member has never read" };
        return Make.Command("remove", "Take the access away", [group, did, rotate], async (login, line, cancellation) =>
        {
            var version = await login.Keyserver.Groups.RemoveMemberAsync(
                line.GroupId(group, login), line.GetValue(did)!, line.GetValue(rotate), cancellation);
            Output.Tell(
                line,
                $"{line.GetValue(did)} is no member any more.{(version is null ? "" : $" Version {version} is active.")}",
                new { MemberDid = line.GetValue(did), Status = "removed", NewVersion = version });
        });
    }

    private static Command Delegates()
    {
        var group = Make.Group;
        return Make.Command("delegates", "Who has rights over a group", [group],
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
        var (group, did) = (Make.Group, Make.Somebody);
        var may = new Option<GroupPermissions[]>("--may")
        {
            Description = "AddMember, RemoveMember, RotateKey: one or more", Required = true,
            AllowMultipleArgumentsPerToken = true,
        };
        var until =
            new Option<DateTimeOffset?>(
            "--until") { Description = "From when on it may nothing, such as 2030-01-31T00:00:00Z" };
        return Make.Command(
            "delegate", "Let somebody else help to run a group", [group, did, may, until],
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
        var (group, did) = (Make.Group, Make.Somebody);
        return Make.Command("undelegate", "Take all rights over a group away", [group, did],
            async (login, line, cancellation) =>
        {
            await login.Keyserver.Groups.RemoveDelegateAsync(
                line.GroupId(group, login), line.GetValue(did)!, cancellation);
            Output.Tell(
                line, $"{line.GetValue(did)} has no rights any more.",
                new { DelegateDid = line.GetValue(did), Status = "revoked" });
        });
    }
}
