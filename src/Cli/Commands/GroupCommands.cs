using System.CommandLine;
using System.Text.Json.Nodes;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey group …</c>: groups and their keys, which are never shown.</summary>
internal static class GroupCommands
{
    private static readonly Dictionary<string, GroupRole> Roles = new()
    {
        ["owner"] = GroupRole.Owner, ["member"] = GroupRole.Member, ["delegate"] = GroupRole.Delegate,
    };

    public static Command Create() => Make.Family(
        "group", "Manage groups, members and delegates",
        [List(), New(), Versions(), Rotate(), Log(), Delete(), .. PeopleCommands.Create()]);

    private static Command List()
    {
        var role = Make.Choice("--role", "Only groups in which you have this role", Roles);
        return Make.Command("list", "List your groups, once for each role", [role],
            async (login, line, cancellation) =>
        {
            GroupInfo[] groups;
            using (var progress = new Progress("group", "groups"))
                groups = await progress.CollectAsync(
                    login.Keyserver.Groups.ListAsync(line.GetValue(role), cancellation), cancellation);
            Output.List(
                line,
                groups,
                entries => new JsonObject { ["groups"] = entries },
                ("GROUP", each => each.GroupId),
                ("ROLE", each => each.Role.ToString().ToLowerInvariant()),
                ("VERSION", each => each.ActiveVersion),
                ("CREATED", each => each.CreatedAt));
        });
    }

    private static Command New()
    {
        var group = Make.Group;
        return Make.Command(
            "create", "Create a group; does nothing if it exists", [group],
            async (login, line, cancellation) =>
        {
            using var key = await login.Keyserver.Groups.GetKeyAsync(
                await line.GroupIdAsync(group, login, cancellation), cancellation: cancellation);
            Output.Tell(line, $"{key.GroupId}, version {key.Version}", new { key.GroupId, key.Version });
        });
    }

    private static Command Versions()
    {
        var group = Make.Group;
        return Make.Command("versions", "List all versions of a group's key", [group],
            async (login, line, cancellation) =>
        {
            var id = await line.GroupIdAsync(group, login, cancellation);
            Output.List(
                line,
                await login.Keyserver.Groups.ListKeyVersionsAsync(id, cancellation),
                versions => new JsonObject { ["groupId"] = id, ["versions"] = versions },
                Columns.Versions);
        });
    }

    private static Command Rotate()
    {
        var (group, expect, reason) = (Make.Group, Make.Expect, Make.Reason);
        return Make.Command("rotate", "Create a new version of a group's key", [group, expect, reason],
            async (login, line, cancellation) =>
        {
            var id = await line.GroupIdAsync(group, login, cancellation);
            var rotation = await login.Keyserver.Groups.RotateKeyAsync(
                id, line.GetValue(expect), line.GetValue(reason), cancellation);
            Output.Tell(
                line,
                $"Version {rotation.NewVersion} replaces version {rotation.OldVersion}.",
                new { GroupId = id, rotation.OldVersion, rotation.NewVersion, rotation.RotatedAt });
        });
    }

    private static Command Log()
    {
        var (group, limit) = (Make.Group, Make.Limit);
        return Make.Command("log", "Show the access log, newest first", [group, limit],
            async (login, line, cancellation) =>
        {
            var id = await line.GroupIdAsync(group, login, cancellation);
            await Columns.WriteLogAsync(
                line, login.Keyserver.Groups.GetAccessLogAsync(id, cancellation), line.GetValue(limit), cancellation);
        });
    }

    private static Command Delete()
    {
        var group = Make.Group;
        return Make.Command("delete", "Delete a group for all members; asks for its id", [group],
            async (login, line, cancellation) =>
        {
            var id = await line.GroupIdAsync(group, login, cancellation);
            await Confirmation.RequireAsync(
                $"Content that was encrypted for {id} can never be read again.", id, cancellation);
            await login.Keyserver.Groups.DeleteAsync(id, cancellation);
            Output.Tell(line, $"Deleted {id}.", new { GroupId = id, Status = "deleted" });
        });
    }
}
