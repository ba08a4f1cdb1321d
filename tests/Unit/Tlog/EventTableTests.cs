using System.Text.Json;
using System.Text.RegularExpressions;
using AtpKeyserver.DevStack;
using AtpKeyserver.Tlog;

namespace AtpKeyserver.Tests.Unit.Tlog;

/// <summary>The table of events in the library's README, from which other implementations are written.</summary>
public sealed partial class EventTableTests
{
    [Fact]
    public void The_table_is_that_of_the_code()
    {
        var file = Path.Combine(AzuriteProcess.RepositoryRoot(), "src", "Tlog", "README.md");
        var rows = File.ReadLines(file)
            .SkipWhile(line => !line.StartsWith("| type |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|'));
        var documented =
            from row in rows
            from type in Names(row[1])
            select $"{type}: {row[2].Trim()}; {string.Join(' ', Names(row[3]))}; {string.Join(' ', Names(row[4]))}";
        var actual =
            from type in Enum.GetValues<EventType>()
            let rule = EventRule.Of(type)
            select $"{rule.Name}: {Chains(rule.Chains)}; {Members(rule.Required)}; {Members(rule.Optional)}";
        Assert.Equal(actual.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    private static string Chains(ChainKind[] chains) => chains.Length == 5
        ? "all"
        : string.Join(", ", chains.Select(chain => SnakeCase($"{chain}").Replace('_', ' ')));

    private static string Members(EventMembers members) => string.Join(' ', Enum.GetValues<EventMembers>()
        .Where(member => member != EventMembers.None && members.HasFlag(member))
        .Select(member => SnakeCase($"{member}")).Order(StringComparer.Ordinal));

    private static IEnumerable<string> Names(string cell) =>
        Name().Matches(cell).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal);

    private static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Name();
}
