using System.Globalization;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Seconds of CPU that a process has used: <c>/proc/{pid}/stat</c>.</summary>
internal static class Cpu
{
    /// <summary>Clock ticks a second, the same on every Linux that .NET runs on.</summary>
    private const double Ticks = 100;

    /// <summary>In user and kernel mode; null when the process has ended.</summary>
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
