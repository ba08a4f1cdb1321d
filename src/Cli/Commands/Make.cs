using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary>Builds commands, arguments and options.</summary>
internal static class Make
{
    public static Argument<string> Group => new("group")
    {
        Description = "The group: {owner's handle or DID}#{name}, or the name of one of your own groups",
    };

    public static Argument<string[]> Accounts => new("account")
    {
        Description = "The handles or DIDs of one or more accounts", Arity = ArgumentArity.OneOrMore,
    };

    public static Argument<string> Who => new("account") { Description = "The account's handle or DID" };

    public static Option<int?> Expect =>
        Number("--expect", "The version to replace; makes the call safe to retry");

    public static Option<string?> Reason =>
        new("--reason") { Description = "Shown in the access log; up to 256 characters" };

    public static Option<int?> Limit => Number("--limit", "The maximum number of entries; 50 if omitted");

    /// <summary>A positive whole number.</summary>
    private static Option<int?> Number(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result =>
        {
            var text = result.Tokens.Single().Value;
            if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
                return number;
            result.AddError($"{name} must be a whole number from 1 to {int.MaxValue}, not '{text}'.");
            return null;
        },
    };

    /// <summary>One of several words.</summary>
    public static Option<T?> Choice<T>(string name, string description, IReadOnlyDictionary<string, T> choices)
        where T : struct => new(name)
    {
        Description = $"{description}: {string.Join(", ", choices.Keys)}",
        HelpName = "word",
        CustomParser = result => Parse(result, name, choices).Cast<T?>().FirstOrDefault(),
    };

    /// <summary>One or more of several words. The option is repeated, or the words are separated by commas.</summary>
    public static Option<T[]> Choices<T>(string name, string description, IReadOnlyDictionary<string, T> choices)
        where T : struct => new(name)
    {
        Description = $"{description}: {string.Join(", ", choices.Keys)}; repeat the option or use commas",
        HelpName = "word",
        CustomParser = result => [.. Parse(result, name, choices)],
    };

    /// <summary>A command that logs in, runs and logs out.</summary>
    public static Command Command(
        string name, string does, Symbol[] symbols, Func<Login, ParseResult, CancellationToken, Task> run) =>
        Command(name, does, symbols, async (login, line, cancellation) =>
        {
            await run(login, line, cancellation);
            return ExitStatus.Ok;
        });

    /// <summary>A command that logs in, runs and logs out, and returns an exit status.</summary>
    public static Command Command(
        string name, string does, Symbol[] symbols, Func<Login, ParseResult, CancellationToken, Task<int>> run) =>
        Create(name, does, symbols, async (line, cancellation) =>
        {
            await using var login = await Login.OpenAsync(line, cancellation);
            return await run(login, line, cancellation);
        });

    /// <summary>A command that needs no login.</summary>
    public static Command Command(
        string name, string does, Symbol[] symbols, Func<ParseResult, CancellationToken, Task> run) =>
        Create(name, does, symbols, async (line, cancellation) =>
        {
            await run(line, cancellation);
            return ExitStatus.Ok;
        });

    private static Command Create(
        string name, string does, Symbol[] symbols, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        var command = new Command(name, does);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        }

        command.SetAction(run);
        return command;
    }

    public static Command Family(string name, string does, params Command[] commands)
    {
        var family = new Command(name, does);
        foreach (var command in commands)
            family.Subcommands.Add(command);
        return family;
    }

    /// <summary>The id of a group that is given by its name or by its owner's handle or DID and its name.</summary>
    public static Task<string> GroupIdAsync(
        this ParseResult line, Argument<string> argument, Login login, CancellationToken cancellation) =>
        GroupIdAsync(line.GetValue(argument)!, login, cancellation);

    /// <inheritdoc cref="GroupIdAsync(ParseResult, Argument{string}, Login, CancellationToken)"/>
    public static async Task<string> GroupIdAsync(string given, Login login, CancellationToken cancellation)
    {
        var hash = given.IndexOf('#', StringComparison.Ordinal);
        return hash < 0
            ? KeyserverGroups.IdOf(login.Did, given)
            : KeyserverGroups.IdOf(await login.Accounts.DidOfAsync(given[..hash], cancellation), given[(hash + 1)..]);
    }

    private static IEnumerable<T> Parse<T>(
        ArgumentResult result, string name, IReadOnlyDictionary<string, T> choices)
    {
        foreach (var word in result.Tokens.SelectMany(token => token.Value.Split(',')))
        {
            if (choices.TryGetValue(word, out var choice))
                yield return choice;
            else
                result.AddError($"{name} must be one of {string.Join(", ", choices.Keys)}, not '{word}'.");
        }
    }
}
