using System.CommandLine;
using AtpKeyserver.Cli;
using AtpKeyserver.Cli.Commands;

var root = new RootCommand("A command-line client for AT Protocol keyservers.");
Settings.AddTo(root);
root.Subcommands.Add(KeyCommands.Create());
root.Subcommands.Add(GroupCommands.Create());
foreach (var command in ContentCommands.Create())
    root.Subcommands.Add(command);
root.Subcommands.Add(AccountCommands.Create());
root.Subcommands.Add(AccountCommands.Server());

var line = root.Parse(args);
try
{
    var status = await line.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    return line.Errors.Count > 0 ? ExitStatus.Usage : status;
}
catch (Exception e) when (ExitStatus.Of(e) is not null)
{
    Console.Error.WriteLine(Output.Clean(e.Message));
    return ExitStatus.Of(e)!.Value;
}
