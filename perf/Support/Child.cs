using System.Diagnostics;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Support;

/// <summary>
/// Runs a program in a separate process with the app's environment and keys, so that this process stays small.
/// </summary>
internal static class Child
{
    /// <summary>Runs a hidden verb of this program.</summary>
    public static Task RunVerbAsync(
        Stack stack, AzuriteProcess storage, IEnumerable<string> arguments, CancellationToken cancellation) =>
        RunAsync(stack, storage, Environment.ProcessPath!, arguments, cancellation);

    /// <param name="stack">The stack whose environment it receives.</param>
    /// <param name="storage">The storage that it uses.</param>
    /// <param name="program">File or command.</param>
    /// <param name="arguments">The program's arguments.</param>
    /// <param name="cancellation">Stops waiting for it.</param>
    /// <exception cref="InvalidOperationException">The exit status is not 0.</exception>
    public static async Task RunAsync(
        Stack stack,
        AzuriteProcess storage,
        string program,
        IEnumerable<string> arguments,
        CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments);
        foreach (var (name, value) in stack.AppVariables)
            start.Environment[name] = value;
        start.Environment["Keyserver__Tables__ConnectionString"] = storage.ConnectionString;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(cancellation);
        if (process.ExitCode != 0)
            throw new InvalidOperationException(
                $"{string.Join(' ', arguments)} exited with status {process.ExitCode}.");
    }
}
