using System.CommandLine;
using System.Text;
using AtpKeyserver.Cli;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.Client.Cli;

/// <summary>
/// The help of all commands is the text in <c>Help.txt</c>. If a change is intended, copy the file that the failed test
/// writes.
/// </summary>
public sealed class HelpTests
{
    private static readonly string Root = AzuriteProcess.RepositoryRoot();

    [Fact]
    public void The_help_is_as_intended()
    {
        var help = new StringBuilder();
        Append(help, [], CommandLine.Create());
        var written = help.ToString();
        var intended = Path.Combine(Root, "tests", "Client", "Cli", "Help.txt");
        if (written == (File.Exists(intended) ? File.ReadAllText(intended) : ""))
            return;
        var file = Path.Combine(Root, "artifacts", "Help.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, written);
        Assert.Fail($"The help has changed. If that is intended: cp {file} {intended}");
    }

    private static void Append(StringBuilder help, string[] path, System.CommandLine.Command command)
    {
        using var output = new StringWriter();
        CommandLine.Create().Parse([.. path, "--help"]).Invoke(new InvocationConfiguration { Output = output });
        help.Append("## ").AppendJoin(' ', ["atpkey", .. path]).Append("\n\n");
        // The program is the test's host here.
        foreach (var line in output.ToString().Replace(RootCommand.ExecutableName, "atpkey", StringComparison.Ordinal)
            .ReplaceLineEndings("\n").TrimEnd().Split('\n'))
            help.Append(line.TrimEnd()).Append('\n');
        help.Append('\n');
        foreach (var inner in command.Subcommands)
            Append(help, [.. path, inner.Name], inner);
    }
}
