using System.Globalization;

namespace AtpKeyserver.Perf.Speed;

/// <summary>The CPU time of a process in seconds, from <c>/proc/{pid}/stat</c>.</summary>
internal static class Cpu
{
    /// <summary>Clock ticks per second, the same on all Linux systems that .NET supports.</summary>
    private const double Ticks = 100;

    /// <summary>User and kernel time; null if the process has ended.</summary>
    public static double? Of(int process)
    {
        try
        {
            // The second field, the name in parentheses, may contain spaces.
            var afterName = File.ReadAllText($"/proc/{process}/stat").Split(')')[^1];
            var fields = afterName.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (Number(fields[11]) + Number(fields[12])) / Ticks;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);
}
