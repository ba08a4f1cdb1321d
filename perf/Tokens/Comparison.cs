using System.Diagnostics;

namespace AtpKeyserver.Perf.Tokens;

/// <summary>What a piece of work costs beside the least that it could cost, its floor: medians of five runs.</summary>
internal sealed record Comparison(
    string Name, int Iterations, double Microseconds, double Bytes, string Floor, double FloorMicroseconds)
{
    private const int Runs = 5;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public double Ratio => Microseconds / FloorMicroseconds;

    /// <summary>Measures both in turns, so that a busy machine slows both.</summary>
    /// <param name="name">Of the work.</param>
    /// <param name="iterations">Of a run; the work gets their numbers.</param>
    /// <param name="prepare">Gives the work for one run. Runs synchronously: allocations are counted on this thread.</param>
    /// <param name="floorName">Of the floor.</param>
    /// <param name="floor">Also gets the number of the iteration.</param>
    public static Comparison Of(string name, int iterations, Func<Action<int>> prepare, string floorName, Action<int> floor)
    {
        // Until the compiler has made the best of it.
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
            Median(works.Select(work => work.Microseconds)),
            Median(works.Select(work => work.Bytes)),
            floorName,
            Median(floors));
    }

    private static (double Microseconds, double Bytes) Run(Action<int> work, int iterations)
    {
        GC.Collect();
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var since = Stopwatch.GetTimestamp();
        for (var iteration = 0; iteration < iterations; iteration++)
            work(iteration);
        var elapsed = Stopwatch.GetElapsedTime(since);
        return (elapsed.TotalMicroseconds / iterations, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / iterations);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Runs / 2);
}
