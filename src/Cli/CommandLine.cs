using System.CommandLine;
using System.CommandLine.Parsing;
using AtpKeyserver.Cli.Commands;

namespace AtpKeyserver.Cli;

/// <summary>All commands, and what happens when one fails.</summary>
internal static class CommandLine
{
    // An argument that starts with @ is a handle, not a file with more arguments.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>How long an interrupted command may take to end. Longer than <see cref="Login.LogOutLimit"/>.</summary>
    private static readonly TimeSpan TerminationLimit = TimeSpan.FromSeconds(3);

    public static RootCommand Create()
    {
        var root = new RootCommand("A command-line client for AT Protocol keyservers.");
        Settings.AddTo(root);
        root.Subcommands.Add(KeyCommands.Create());
        root.Subcommands.Add(GroupCommands.Create());
        foreach (var command in ContentCommands.Create())
            root.Subcommands.Add(command);
        root.Subcommands.Add(AccountCommands.Create());
        root.Subcommands.Add(AccountCommands.WhoAmI());
        root.Subcommands.Add(AccountCommands.Server());
        root.Subcommands.Add(HelpCommand());
        return root;
    }

    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var line = Create().Parse(arguments, Parsing);
        try
        {
            return await InvokeAsync(line);
        }
        catch (Exception e)
        {
            Output.Fail(line, e);
            return ExitStatus.Of(e);
        }
    }

    private static Task<int> InvokeAsync(ParseResult line)
    {
        if (line.UnmatchedTokens is [var unknown, ..])
            throw new UsageException($"Unknown command or option '{unknown}'. {HelpOn(line)}");
        if (line.Errors is [var error, ..])
            throw new UsageException($"{MessageOf(error)} {HelpOn(line)}");
        return line.InvokeAsync(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TerminationLimit,
        });
    }

    private static Command HelpCommand()
    {
        var path = new Argument<string[]>("command")
        {
            Description = "The command, such as group add", Arity = ArgumentArity.ZeroOrMore,
        };
        var help = new Command("help", "Explain a command") { path };
        help.SetAction((line, _) => InvokeAsync(Create().Parse([.. line.GetValue(path)!, "--help"], Parsing)));
        return help;
    }

    /// <summary>Names a missing argument, which the library does not.</summary>
    private static string MessageOf(ParseError error) => error.SymbolResult switch
    {
        ArgumentResult { Tokens.Count: 0, Argument: { Arity.MinimumNumberOfValues: > 0 } argument } =>
            $"Missing <{argument.Name}>.",
        _ => error.Message,
    };

    private static string HelpOn(ParseResult line)
    {
        var names = new Stack<string>();
        for (var at = line.CommandResult; at is not null; at = at.Parent as CommandResult)
            names.Push(at.Parent is null ? "atpkey" : at.Command.Name);
        return $"Run '{string.Join(' ', names)} --help' for help.";
    }
}
