using System.Diagnostics;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>What the app has written: a line comes through a pipe, and may come after the answer to the call that caused it.</summary>
internal static class Logged
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task ContainsAsync(AppLog log, string text)
    {
        var since = Stopwatch.GetTimestamp();
        while (!log.Lines.Any(line => line.Contains(text, StringComparison.Ordinal)))
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Patience, $"Nothing like \"{text}\" in the log:\n{string.Join('\n', log.Lines)}");
            await Task.Delay(20);
        }
    }
}
