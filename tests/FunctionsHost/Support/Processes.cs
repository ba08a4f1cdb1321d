using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace AtpKeyserver.Tests.FunctionsHost.Support;

/// <summary>Processes of this machine, from Linux's <c>/proc</c>.</summary>
internal static class Processes
{
    private const int Continue = 18;
    private const int Kill = 9;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>Opens the gate of the app.</summary>
    public static void SendContinue(int process) => Assert.Equal(0, Signal(process, Continue));

    public static void SendKill(int process) => Assert.Equal(0, Signal(process, Kill));

    /// <summary>Waits until a process has ended.</summary>
    public static Task WaitForEndAsync(int process) =>
        WaitAsync($"Process {process} still runs.", () => !IsRunning(process.ToString()));

    /// <summary>Waits until no process has this variable in its environment.</summary>
    public static Task WaitForNoneAsync(string variable) =>
        WaitAsync(
            $"A process with {variable} still runs.", () => !Running().Any(process => HasVariable(process, variable)));

    private static async Task WaitAsync(string failure, Func<bool> isTrue)
    {
        for (var since = Stopwatch.GetTimestamp(); !isTrue(); await Task.Delay(20))
            Assert.True(Stopwatch.GetElapsedTime(since) < Limit, failure);
    }

    private static IEnumerable<string> Running() =>
        Directory.EnumerateDirectories("/proc").Select(path => Path.GetFileName(path)!)
            .Where(name => char.IsAsciiDigit(name[0])).Where(IsRunning);

    // A zombie has ended; its parent has not waited for it yet.
    private static bool IsRunning(string process) =>
        Read(process, "stat") is { Length: > 0 } stat && stat[stat.LastIndexOf(')') + 2] != 'Z';

    private static bool HasVariable(string process, string variable) =>
        Read(process, "environ").Split('\0').Contains(variable, StringComparer.Ordinal);

    private static string Read(string process, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{process}/{file}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
