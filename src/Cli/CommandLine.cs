using System.CommandLine;
using System.CommandLine.Parsing;
using AtpKeyserver.Cli.Commands;

namespace AtpKeyserver.Cli;

/// <summary>All commands, and what happens when one fails.</summary>
internal static class CommandLine
{
    // An argument that starts with @ is a handle, not a file with more arguments.
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

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
        return root;
    }

    /// <returns>The exit status.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var line = Create().Parse(
            arguments is ["help", .. var command] ? [.. command, "--help"] : arguments, Parsing);
        try
        {
            if (line.UnmatchedTokens is [var unknown, ..])
                throw new UsageException($"Unknown command or option '{unknown}'. {Help(line)}");
            if (line.Errors is [var error, ..])
                throw new UsageException($"{error.Message} {Help(line)}");
            return await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (ExitStatus.Of(e) is { } status)
        {
            Output.Fail(line, e);
            return status;
        }
    }

    private static string Help(ParseResult line)
    {
        var names = new Stack<string>();
        for (var at = line.CommandResult; at is not null; at = at.Parent as CommandResult)
            names.Push(at.Parent is null ? "atpkey" : at.Command.Name);
        return $"Run '{string.Join(' ', names)} --help' for help.";
    }
}
