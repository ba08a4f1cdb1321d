using System.Diagnostics;
using AtpKeyserver.DevStack;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Measures the time from an instance's start to its first authenticated response.</summary>
internal static class StartTime
{
    /// <returns>Seconds.</returns>
    public static async Task<double> MedianAsync(Stack stack, Fixture fixture, int rounds)
    {
        var starts = new List<double>();
        // The first start is not counted: it warms up this process, the store and the file cache.
        for (var i = -1; i < rounds; i++)
        {
            var request = fixture.AnyGetKey();
            var since = Stopwatch.GetTimestamp();
            var instance = await stack.StartInstanceAsync();
            await fixture.SendAsync(request, instance.Origin);
            if (i >= 0)
                starts.Add(Stopwatch.GetElapsedTime(since).TotalSeconds);
            await instance.StopAsync();
        }

        var median = Statistics.Median(starts);
        Console.WriteLine($"process start to first authenticated response: {median:0.00} s");
        return median;
    }
}
