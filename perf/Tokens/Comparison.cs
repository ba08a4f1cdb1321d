using System.Diagnostics;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Tokens;

/// <summary>What work costs beside its floor, the least that it could cost: medians of five runs.</summary>
internal sealed record Comparison(
    string Name, int Iterations, double Microseconds, double Bytes, string Floor, double FloorMicroseconds)
{
    private const int Runs = 5;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public double Ratio => Microseconds / FloorMicroseconds;

    /// <summary>Measures both in turns, so that a busy machine slows both down.</summary>
    /// <param name="name">Of the work.</param>
    /// <param name="iterations">Of a run; the work gets the number of the iteration.</param>
    /// <param name="prepare">Makes the work of a run. It is synchronous: this thread's allocations are counted.</param>
    /// <param name="floorName">Of the floor.</param>
    /// <param name="floor">Also gets the number of the iteration.</param>
    public static Comparison Of(
        string name, int iterations, Func<Action<int>> prepare, string floorName, Action<int> floor)
    {
        // Until the compiler has optimised it.
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
