using System.CommandLine;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli.Commands;

/// <summary>Builds commands, arguments and options.</summary>
internal static class Make
{
    public static Argument<string> Group =>
        new("group") { Description = "The group id, {owner DID}#{name}, or the name of one of your own groups" };

    public static Argument<string> Did => new("did") { Description = "The account's DID" };

    public static Option<int?> Expect =>
        new("--expect") { Description = "The version to replace; makes the call safe to retry" };

    public static Option<string?> Reason =>
        new("--reason") { Description = "Shown in the access log; up to 256 characters" };

    public static Option<int> Limit =>
        new("--limit") { Description = "The maximum number of entries", DefaultValueFactory = _ => 50 };

    /// <summary>A command that logs in, runs and logs out.</summary>
    public static Command Command(
        string name, string does, Symbol[] symbols, Func<Login, ParseResult, CancellationToken, Task> run)
    {
        var command = new Command(name, does);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Arguments.Add(argument);
            else
                command.Options.Add((Option)symbol);
        }

        command.SetAction(async (line, cancellation) =>
        {
            await using var login = await Login.OpenAsync(line, cancellation);
            await run(login, line, cancellation);
            return ExitStatus.Ok;
        });
        return command;
    }

    public static Command Family(string name, string does, params Command[] commands)
    {
        var family = new Command(name, does);
        foreach (var command in commands)
            family.Subcommands.Add(command);
        return family;
    }

    public static string GroupId(this ParseResult line, Argument<string> argument, Login login)
    {
        var given = line.GetValue(argument)!;
        return given.Contains('#', StringComparison.Ordinal) ? given : KeyserverGroups.IdOf(login.Did, given);
    }
}
