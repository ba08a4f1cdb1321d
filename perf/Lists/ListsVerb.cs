using System.CommandLine;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;
using AtpKeyserver.Perf.Support.Rows;

namespace AtpKeyserver.Perf.Lists;

/// <summary>Measures the time and memory for reading long lists to their end.</summary>
internal sealed class ListsVerb(bool members, bool groups, int most)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);
    private static readonly int[] Members = [1_000, 10_000, 100_000];
    private static readonly int[] Groups = [1_000, 10_000];

    private readonly List<Pages> _figures = [];

    public static Command Create()
    {
        var list = new Argument<string?>("list") { Description = "Read only this list",
            Arity = ArgumentArity.ZeroOrOne };
        list.AcceptOnlyFromAmong("members", "groups");
        var most = NumberOption.Create("--most", "Skip longer lists", Members[^1]);
        var command = new Command("lists", "Reading long lists page by page") { list, most };
        command.SetAction((line, cancellation) =>
        {
            var only = line.GetValue(list);
            var verb = new ListsVerb(only is not "groups", only is not "members", line.GetValue(most));
            return verb.RunAsync(cancellation);
        });
        return command;
    }

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stop.CancelAfter(Limit);
        var machine = Report.Machine;
        Console.WriteLine(machine);
        await using var stack = await UnlimitedStack.StartAsync(stop.Token);
        await using var memory = new MemoryWatch(stack.Keyserver.ProcessId);
        using var reader = new ListReader(stack, memory);
        var owner = stack.Atproto.CreateAccount("owner.test").Did;

        Pages.PrintHead();
        foreach (var count in Members.Where(count => members && count <= most))
            await ReadMembersAsync(stack, reader, $"{owner}#of{count}", count, stop.Token);
        foreach (var count in Groups.Where(count => groups && count <= most))
            await ReadGroupsAsync(stack, reader, $"{owner}#{count}.", count, stop.Token);
        Console.WriteLine($"Peak memory of the app since its start: {memory.HighWater:0} MB");
        Console.WriteLine(Report.Write("lists", machine, _figures));
        return 0;
    }

    private async Task ReadMembersAsync(
        Stack stack, ListReader reader, string group, int count, CancellationToken cancellation)
    {
        await reader.Caller.CreateGroupAsync(group, cancellation);
        await SeedAsync(stack, [SeedVerb.Members, group, $"{count}"], cancellation);
        Add(await reader.ReadRawAsync($"{count} members, raw", "groups", $"GroupId eq '{group}'", "m:", cancellation));
        var owner = group[..group.IndexOf('#', StringComparison.Ordinal)];
        var parameters = $"group_id={Uri.EscapeDataString(group)}";
        Add(await reader.ReadAsync(
            $"{count} members", owner, "group.listMembers", parameters, "members", cancellation));
    }

    private async Task ReadGroupsAsync(
        Stack stack, ListReader reader, string group, int count, CancellationToken cancellation)
    {
        const string anyRow = "RowKey ge 'member:' and RowKey lt 'member;'";
        var member = stack.Atproto.CreateAccount($"member{count}.test").Did;
        await reader.Caller.CreateGroupAsync(group, cancellation);
        await SeedAsync(stack, [SeedVerb.Groups, group, member, $"{count}"], cancellation);
        Add(await reader.ReadRawAsync($"{count} groups, raw", "memberships", anyRow, "member:", cancellation));
        Add(await reader.ReadAsync(
            $"{count} groups", member, "group.listGroups", "role=member", "groups", cancellation));
    }

    private static Task SeedAsync(Stack stack, string[] arguments, CancellationToken cancellation) =>
        Child.RunVerbAsync(stack, stack.Azurite, [SeedVerb.Name, .. arguments], cancellation);

    private void Add(Pages pages)
    {
        _figures.Add(pages);
        pages.Print();
    }
}
