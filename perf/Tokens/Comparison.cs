using System.Diagnostics;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Tokens;

/// <summary>Compares work with its floor, the minimum cost: medians of five runs.</summary>
internal sealed record Comparison(
    string Name, int Iterations, double Microseconds, double Bytes, string Floor, double FloorMicroseconds)
{
    private const int Runs = 5;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public double Ratio => Microseconds / FloorMicroseconds;

    /// <summary>Alternates between both, so that a busy machine slows both down.</summary>
    /// <param name="name">The work's name.</param>
    /// <param name="iterations">The iterations of a run. The work receives the iteration's number.</param>
    /// <param name="prepare">
    /// Creates the work of a run. It must be synchronous, because only this thread's allocations are counted.
    /// </param>
    /// <param name="floorName">The floor's name.</param>
    /// <param name="floor">Also receives the iteration's number.</param>
    public static Comparison Of(
        string name, int iterations, Func<Action<int>> prepare, string floorName, Action<int> floor)
    {
        // Warms up until the code is optimized.
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < WarmUp;)
        {
            Run(prepare(), iterations);
            Run(floor, iterations);
        }

        var works = new (double Microseconds, double Bytes)[Runs];
        var floors = new double[Runs];
        for (var run = 0; run < Runs; run++)
        {
            floors[run] = Run(floor, iterations).Microseconds;
            works[run] = Run(prepare(), iterations);
        }

        return new Comparison(
            name,
            iterations,
            Statistics.Median(works, work => work.Microseconds),
            Statistics.Median(works, work => work.Bytes),
            floorName,
            Statistics.Median(floors));
    }

    private static (double Microseconds, double Bytes) Run(Action<int> work, int iterations)
    {
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var since = Stopwatch.GetTimestamp();
        for (var iteration = 0; iteration < iterations; iteration++)
            work(iteration);
        var elapsed = Stopwatch.GetElapsedTime(since);
        var bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated);
        return (elapsed.TotalMicroseconds / iterations, bytes / iterations);
    }
}
