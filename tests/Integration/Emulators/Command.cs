using System.Collections.Concurrent;
using AtpKeyserver.DevStack;
using AtpKeyserver.FunctionsHost.Processes;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>Runs a program to completion.</summary>
internal static class Command
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    public static async Task<(int ExitCode, string Output)> RunAsync(
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string?>? environment = null)
    {
        var lines = new ConcurrentQueue<string>();
        await using var child = await ChildProcess.StartAsync(program, program, arguments, environment, lines.Enqueue);
        using var patience = new CancellationTokenSource(Patience);
        await child.Process.WaitForExitAsync(patience.Token);
        return (child.Process.ExitCode, string.Join('\n', lines));
    }
}
