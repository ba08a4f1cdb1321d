using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Text.Json.Nodes;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary><c>atpkey group …</c>: members and delegates.</summary>
internal static class PeopleCommands
{
    /// <summary>By their names on the wire.</summary>
    private static readonly Dictionary<string, GroupPermissions> PermissionNames =
        GroupPermissionsConverter.Names.ToDictionary(each => each.Name, each => each.Permission);

    /// <summary>RFC 3339, in UTC without an offset.</summary>
    private static readonly string[] TimeFormats = ["yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ss.FFFFFFFK"];

    public static Command[] Create() => [Members(), Add(), Remove(), Delegates(), Delegate(), Undelegate()];

    private static Command Members()
    {
        var group = Make.Group;
        return Make.Command("members", "List the members, without the owner", [group],
            async (login, line, cancellation) =>
        {
            var id = await line.GroupIdAsync(group, login, cancellation);
            GroupMember[] members;
            using (var progress = new Progress("member", "members"))
                members = await progress.CollectAsync(
                    login.Keyserver.Groups.ListMembersAsync(id, cancellation), cancellation);
            Output.List(
                line,
                members,
                entries => new JsonObject { ["groupId"] = id, ["members"] = entries },
                ("MEMBER", each => each.Did),
                ("ADDED", each => each.AddedAt),
                ("BY", each => each.AddedBy));
        });
    }

    private static Command Add()
    {
        var (group, accounts) = (Make.Group, Make.Accounts);
        return Make.Command("add", "Add members, who may read the key", [group, accounts],
            async (login, line, cancellation) =>
        {
            var id = await line.GroupIdAsync(group, login, cancellation);
            var dids = await DidsAsync(
                login, id, line.GetValue(accounts)!, "owns the group and cannot be added as a member", cancellation);
            if (dids is [var did])
            {
                await login.Keyserver.Groups.AddMemberAsync(id, did, cancellation);
                Output.Tell(line, $"{did} is a member.", new { GroupId = id, MemberDid = did, Status = "added" });
                return;
            }

            var members = await MemberChanges.AddAsync(
                login.Keyserver.Groups, id, dids, TimeProvider.System, cancellation);
            WriteChanges(line, id, members, newVersion: null);
        });
    }

    private static Command Remove()
    {
        var (group, accounts) = (Make.Group, Make.Accounts);
        var rotate =
            new Option<bool>("--rotate") { Description = "Also rotate the key, so that new content is protected" };
        return Make.Command("remove", "Remove members", [group, accounts, rotate],
            async (login, line, cancellation) =>
        {
            var id = await line.GroupIdAsync(group, login, cancellation);
            var dids = await DidsAsync(
                login, id, line.GetValue(accounts)!, "owns the group and cannot be removed", cancellation);
            if (dids is [var did])
            {
                var version = await login.Keyserver.Groups.RemoveMemberAsync(
                    id, did, line.GetValue(rotate), cancellation);
                Output.Tell(
                    line,
                    $"{did} is no longer a member." + (version is null ? "" : $" Version {version} is active."),
                    new { GroupId = id, MemberDid = did, Status = "removed", NewVersion = version });
                return;
            }

            var removal = await MemberChanges.RemoveAsync(
                login.Keyserver.Groups, id, dids, line.GetValue(rotate), TimeProvider.System, cancellation);
            WriteChanges(line, id, removal.Members, removal.NewVersion);
        });
    }

    /// <summary>Resolves all names before the first change.</summary>
    private static async Task<IReadOnlyList<string>> DidsAsync(
        Login login, string group, string[] names, string ownerError, CancellationToken cancellation)
    {
        var dids = new List<string>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var did = await login.Accounts.DidOfAsync(name, cancellation);
            if (group.StartsWith($"{did}#", StringComparison.Ordinal))
                throw new UsageException($"{name} {ownerError}.");
            if (known.Add(did))
                dids.Add(did);
        }

        return dids;
    }

    private static void WriteChanges(
        ParseResult line, string group, IReadOnlyList<MemberChange> changes, int? newVersion)
    {
        Output.List(
            line,
            changes,
            _ => Wire.Response(new { GroupId = group, Members = changes, NewVersion = newVersion }),
            ("MEMBER", each => each.MemberDid),
            ("STATUS", each => each.Status.ToString().ToLowerInvariant()));
        if (newVersion is not null && !line.GetValue(Settings.Json))
            Console.Out.WriteLine($"Version {newVersion} is active.");
    }

    private static Command Delegates()
    {
        var group = Make.Group;
        return Make.Command("delegates", "List the delegates of a group", [group],
            async (login, line, cancellation) =>
        {
            var id = await line.GroupIdAsync(group, login, cancellation);
            Output.List(
                line,
                await login.Keyserver.Groups.ListDelegatesAsync(id, cancellation).ToArrayAsync(cancellation),
                entries => new JsonObject { ["groupId"] = id, ["delegates"] = entries },
                ("DELEGATE", each => each.Did),
                ("MAY", each => NamesOf(each.Permissions)),
                ("UNTIL", each => each.ExpiresAt));
        });
    }

    private static Command Delegate()
    {
        var (group, who) = (Make.Group, Make.Who);
        var may = Make.Choices("--may", "What the delegate may do", PermissionNames);
        may.Required = true;
        var until = new Option<DateTimeOffset?>("--until")
        {
            Description = "When the permissions end, such as 2030-01-31T00:00:00Z", HelpName = "time",
            CustomParser = ParseTime,
        };
        return Make.Command(
            "delegate", "Add a delegate, who may manage the group", [group, who, may, until],
            async (login, line, cancellation) =>
        {
            var (id, did) = await NamedAsync(line, group, who, login, cancellation);
            var permissions = line.GetValue(may)!.Aggregate((all, one) => all | one);
            await login.Keyserver.Groups.AddDelegateAsync(id, did, permissions, line.GetValue(until), cancellation);
            Output.Tell(
                line,
                $"{did} may {NamesOf(permissions)}.",
                new
                {
                    GroupId = id,
                    DelegateDid = did,
                    Status = "authorized",
                    Permissions = ListOf(permissions),
                });
        });
    }

    private static Command Undelegate()
    {
        var (group, who) = (Make.Group, Make.Who);
        return Make.Command("undelegate", "Remove a delegate", [group, who],
            async (login, line, cancellation) =>
        {
            var (id, did) = await NamedAsync(line, group, who, login, cancellation);
            await login.Keyserver.Groups.RemoveDelegateAsync(id, did, cancellation);
            Output.Tell(
                line, $"{did} is no longer a delegate.", new { GroupId = id, DelegateDid = did, Status = "revoked" });
        });
    }

    private static async Task<(string Group, string Did)> NamedAsync(
        ParseResult line, Argument<string> group, Argument<string> who, Login login, CancellationToken cancellation) =>
        (await line.GroupIdAsync(group, login, cancellation),
            await login.Accounts.DidOfAsync(line.GetValue(who)!, cancellation));

    private static string NamesOf(GroupPermissions permissions) => string.Join(", ", ListOf(permissions));

    private static IEnumerable<string> ListOf(GroupPermissions permissions) =>
        PermissionNames.Where(each => permissions.HasFlag(each.Value)).Select(each => each.Key);

    private static DateTimeOffset? ParseTime(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (DateTimeOffset.TryParseExact(
            text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            return time;
        result.AddError($"--until must be a time such as 2030-01-31T00:00:00Z, not '{text}'.");
        return null;
    }
}
