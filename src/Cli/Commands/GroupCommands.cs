using System.CommandLine;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey group …</c>: groups and their keys. Keys are never shown.</summary>
internal static class GroupCommands
{
    public static Command Create() => Make.Family(
        "group", "Manage groups, members and delegates",
        [List(), New(), Versions(), Rotate(), Log(), Delete(), .. PeopleCommands.Create()]);

    private static Command List()
    {
        var role = new Option<GroupRole?>("--role") { Description = "Only groups in which you have this role" };
        return Make.Command("list", "List your groups, once for each role", [role],
            async (login, line, cancellation) => Output.Write(
            line,
            await login.Keyserver.Groups.ListAsync(line.GetValue(role), cancellation).ToArrayAsync(cancellation),
            ("GROUP", each => each.GroupId),
            ("ROLE", each => each.Role.ToString().ToLowerInvariant()),
            ("VERSION", each => each.ActiveVersion),
            ("CREATED", each => each.CreatedAt)));
    }

    private static Command New()
    {
        var group = Make.Group;
        return Make.Command(
            "create", "Create a group; does nothing if it exists", [group],
            async (login, line, cancellation) =>
        {
            using var key = await login.Keyserver.Groups.GetKeyAsync(
                line.GroupId(group, login), cancellation: cancellation);
            Output.Tell(line, $"{key.GroupId}, version {key.Version}", new { key.GroupId, key.Version });
        });
    }

    private static Command Versions()
    {
        var group = Make.Group;
        return Make.Command("versions", "List all versions of a group's key", [group],
            async (login, line, cancellation) =>
            Output.Write(
                line, await login.Keyserver.Groups.ListKeyVersionsAsync(line.GroupId(group, login), cancellation),
                Columns.Versions));
    }

    private static Command Rotate()
    {
        var (group, expect, reason) = (Make.Group, Make.Expect, Make.Reason);
        return Make.Command("rotate", "Create a new version of a group's key", [group, expect, reason],
            async (login, line, cancellation) =>
        {
            var rotation = await login.Keyserver.Groups.RotateKeyAsync(
                line.GroupId(group, login), line.GetValue(expect), line.GetValue(reason), cancellation);
            Output.Tell(line, $"Version {rotation.NewVersion} replaces version {rotation.OldVersion}.", rotation);
        });
    }

    private static Command Log()
    {
        var (group, limit) = (Make.Group, Make.Limit);
        return Make.Command("log", "Show the access log, newest first", [group, limit],
            async (login, line, cancellation) =>
        {
            var entries = login.Keyserver.Groups.GetAccessLogAsync(line.GroupId(group, login), cancellation).Take(
                line.GetValue(limit));
            Output.Write(line, await entries.ToArrayAsync(cancellation), Columns.Log);
        });
    }

    private static Command Delete()
    {
        var group = Make.Group;
        return Make.Command("delete", "Delete a group for all members; asks for its id", [group],
            async (login, line, cancellation) =>
        {
            var id = line.GroupId(group, login);
            Confirmation.Require($"Content that was encrypted for {id} can never be read again.", id);
            await login.Keyserver.Groups.DeleteAsync(id, cancellation);
            Output.Tell(line, $"Deleted {id}.", new { GroupId = id, Status = "deleted" });
        });
    }
}
