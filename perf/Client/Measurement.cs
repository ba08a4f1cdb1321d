using System.Diagnostics;

namespace AtpKeyserver.Perf.Client;

/// <summary>Nanoseconds and allocated bytes of one call: the median of runs.</summary>
internal sealed record Measurement(string Name, double Nanoseconds, double Bytes)
{
    private const int Runs = 9;

    public static Measurement Of(string name, int iterations, Action call)
    {
        Run(iterations, call);
        Thread.Sleep(200); // The compiler's second tier.
        Run(iterations, call);
        var runs = Enumerable.Range(0, Runs).Select(_ => Run(iterations, call)).ToArray();
        return new Measurement(name, Median(runs.Select(run => run.Nanoseconds)), Median(runs.Select(run => run.Bytes)));
    }

    private static (double Nanoseconds, double Bytes) Run(int iterations, Action call)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var since = Stopwatch.GetTimestamp();
        for (var i = 0; i < iterations; i++)
            call();
        var elapsed = Stopwatch.GetElapsedTime(since);
        return (elapsed.TotalNanoseconds / iterations, (double)(GC.GetAllocatedBytesForCurrentThread() - allocated) / iterations);
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(Runs / 2);
}
