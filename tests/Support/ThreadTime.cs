using System.Runtime.InteropServices;

namespace AtpKeyserver.Tests.Support;

/// <summary>How long the calling thread computes. Unlike the time on the wall, it does not grow when others use the machine, too.</summary>
public static class ThreadTime
{
    private const int ThreadCpuClock = 3;

    public static TimeSpan Now => GetTime(ThreadCpuClock, out var time) == 0
        ? TimeSpan.FromSeconds(time.Seconds) + TimeSpan.FromTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick)
        : throw new InvalidOperationException("The CPU time of this thread is unknown.");

    /// <summary>The work has to stay on this thread.</summary>
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
