using System.CommandLine;
using AtpKeyserver.Groups.Access;
using AtpKeyserver.Groups.Rows;
using AtpKeyserver.Perf.Support.Rows;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Perf.Restore;

/// <summary>
/// A hidden verb for <see cref="RestoreVerb"/>: verifies each member row of a group with the app's keys. Runs in a
/// separate process with the app's environment.
/// </summary>
internal static class CheckVerb
{
    public const string Name = "check";

    public static Command Create()
    {
        var (group, members) = (new Argument<string>("group"), new Argument<int>("members"));
        var command = new Command(Name) { group, members };
        command.Hidden = true;
        command.SetAction((line, cancellation) =>
            RunAsync(line.GetRequiredValue(group), line.GetValue(members), cancellation));
        return command;
    }

    /// <returns>0 if the expected number of members is readable.</returns>
    public static async Task<int> RunAsync(string groupId, int expected, CancellationToken cancellation)
    {
        using var product = ProductHost.Create();
        var group = await product.FindAsync(groupId, cancellation);
        var table = product.Get<GroupTable>().Table;
        var good = 0;
        await foreach (var row in table.QueryAsync(group.Head.Partition, "m:", cancellation))
        {
            RowMac.Verify(row, table.Name, group.Key);
            good++;
        }

        Console.WriteLine($"{good:N0} members are readable");
        return good == expected ? 0 : 1;
    }
}
