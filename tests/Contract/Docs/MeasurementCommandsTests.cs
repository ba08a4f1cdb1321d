using System.Text.RegularExpressions;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Contract.Docs;

/// <summary>Documents and scripts run <c>perf/</c> with verbs and options that its code defines.</summary>
public sealed partial class MeasurementCommandsTests
{
    private static readonly string Root = AzuriteProcess.RepositoryRoot();
    private static readonly string Perf = Path.Combine(Root, "perf");

    private static readonly IReadOnlyDictionary<string, string[]> Verbs = Files(Perf, "*Verb.cs")
        .Select(File.ReadAllText)
        .Where(code => VerbName().IsMatch(code))
        .ToDictionary(
            code => VerbName().Match(code).Groups[1].Value,
            code => OptionName().Matches(code).Select(match => match.Groups[1].Value).ToArray());

    [Fact]
    public void The_measurements_are_one_program_next_to_the_empty_function() => Assert.Equal(
        ["EmptyFunction/EmptyFunction.csproj", "Perf.csproj"],
        Files(Perf, "*.csproj").Select(file => Path.GetRelativePath(Perf, file)).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_documented_command_names_a_verb_and_its_options()
    {
        var commands = Documents().SelectMany(CommandsOf).ToList();

        Assert.NotEmpty(commands);
        Assert.Empty(commands.Select(FaultOf).OfType<string>());
    }

    [Fact]
    public void Every_verb_has_its_command_in_the_readme() => Assert.Empty(
        Verbs.Keys.Except(CommandsOf(Path.Combine(Perf, "README.md")).Select(command => command.Groups["verb"].Value)));

    [Theory]
    [InlineData("dotnet run -c Release --project perf/Speed")]
    [InlineData("dotnet run -c Release --project perf -- fast")]
    [InlineData("dotnet run -c Release --project perf -- speed --round 2")]
    [InlineData("dotnet run -c Release --project perf -- flood --rounds 2 --disk")]
    [InlineData("`perf/Flood -- --refusals`")]
    [InlineData("`perf -- floods --refusals`")]
    public void An_invalid_command_is_found(string command) => Assert.NotNull(FaultOf(Command().Match(command)));

    private static string? FaultOf(Match command)
    {
        var verb = command.Groups["verb"].Value;
        if (command.Groups["folder"].Value.Length > 0)
            return $"{command.Value}: the project does not exist";
        if (verb is "" or "VERB" or "help")
            return null;
        if (!Verbs.TryGetValue(verb, out var options))
            return $"{command.Value}: the verb does not exist";
        var unknown = GivenOption().Matches(command.Groups["rest"].Value).Select(match => match.Value).Except(options);
        return unknown.FirstOrDefault() is { } option ? $"{command.Value}: {verb} has no {option}" : null;
    }

    private static IEnumerable<Match> CommandsOf(string file) => Command().Matches(File.ReadAllText(file));

    private static IEnumerable<string> Documents() =>
    [
        .. Directory.EnumerateFiles(Root, "*.md"),
        .. Directory.EnumerateFiles(Root, "*.sh"),
        .. Files(Path.Combine(Root, ".github"), "*.yml"),
        .. Files(Path.Combine(Root, "docs"), "*.md"),
        .. Files(Perf, "*.md"),
        .. Files(Perf, "*.sh"),
        .. Files(Perf, "*.cs"),
    ];

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories)
            .Where(file => !Path.GetRelativePath(folder, file).Split('/').Any(part => part is "bin" or "obj"));

    [GeneratedRegex(@"new Command\(""([a-z-]+)""")]
    private static partial Regex VerbName();

    [GeneratedRegex(@"(?:Option<[^>]+>|NumberOption\.Create)\(""(--[a-z-]+)""")]
    private static partial Regex OptionName();

    /// <summary><c>--project perf -- verb</c>, and in running text <c>perf -- verb</c> in backticks.</summary>
    [GeneratedRegex(@"(?:--project |`(?=\S+ -- ))perf(?<folder>/[^\s`]*)?(?: -- (?<verb>[\w-]+)(?<rest>[^\n`#]*))?")]
    private static partial Regex Command();

    [GeneratedRegex(@"--[a-z-]+")]
    private static partial Regex GivenOption();
}
