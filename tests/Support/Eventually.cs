using System.Diagnostics;

namespace AtpKeyserver.Tests.Support;

/// <summary>Waits for another thread or process.</summary>
public static class Eventually
{
    /// <summary>Fails a test that hangs. No test depends on anything to happen within this time.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(2);

    public static Task TrueAsync(Func<bool> condition) => TrueAsync(() => Task.FromResult(condition()));

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
                throw new TimeoutException($"The condition is still false after {Patience}.");
            await Task.Delay(5);
        }
    }
}
