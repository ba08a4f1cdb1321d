using System.Runtime.InteropServices;

namespace AtpKeyserver.Tests.Support;

/// <summary>
/// The CPU time of the calling thread. Unlike wall-clock time, it does not grow when other processes use the machine.
/// </summary>
public static class ThreadTime
{
    private const int ThreadCpuClock = 3;

    public static TimeSpan Now => GetTime(ThreadCpuClock, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
        : throw new InvalidOperationException("The CPU time of this thread is unknown.");

    /// <summary>The work must stay on this thread.</summary>
    public static TimeSpan Of(Action work)
    {
        var started = Now;
        work();
        return Now - started;
    }

    [DllImport("libc", EntryPoint = "clock_gettime")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetTime(int clock, out Time time);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Time
    {
        public readonly nint Seconds;
        public readonly nint Nanoseconds;
    }
}
