using System.CommandLine;

namespace AtpKeyserver.Perf.Support.Rows;

/// <summary>
/// A hidden verb for other verbs: writes rows as calls would, with the product's classes and many rows per transaction.
/// Runs as a <see cref="Child"/>.
/// </summary>
internal static class SeedVerb
{
    public const string Name = "seed";
    public const string Members = "members";
    public const string Groups = "groups";
    public const string Log = "log";

    public static Command Create()
    {
        var (group, member) = (new Argument<string>("group"), new Argument<string>("member"));
        var (count, days) = (new Argument<int>("count"), new Argument<int>("days"));

        var members = new Command(Members) { group, count };
        members.SetAction((line, cancellation) =>
            MemberRows.WriteAsync(line.GetRequiredValue(group), line.GetValue(count), cancellation));

        var groups = new Command(Groups) { group, member, count };
        groups.SetAction((line, cancellation) => GroupRows.WriteAsync(
            line.GetRequiredValue(group), line.GetRequiredValue(member), line.GetValue(count), cancellation));

        var log = new Command(Log) { group, count, days };
        log.SetAction((line, cancellation) => LogRows.WriteAsync(
            line.GetRequiredValue(group), line.GetValue(count), line.GetValue(days), cancellation));

        return new Command(Name) { Hidden = true, Subcommands = { members, groups, log } };
    }
}
