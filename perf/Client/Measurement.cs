using System.Diagnostics;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Client;

/// <summary>Nanoseconds and allocated bytes per call, the medians of nine runs.</summary>
internal sealed record Measurement(string Name, double Nanoseconds, double Bytes)
{
    private const int Runs = 9;

    public static Measurement Of(string name, int iterations, Action call)
    {
        Run(iterations, call);
        Thread.Sleep(200); // Waits for tier-1 compilation.
        Run(iterations, call);
        var runs = Enumerable.Range(0, Runs).Select(_ => Run(iterations, call)).ToArray();
        return new Measurement(
            name, Statistics.Median(runs, run => run.Nanoseconds), Statistics.Median(runs, run => run.Bytes));
    }

    private static (double Nanoseconds, double Bytes) Run(int iterations, Action call)
    {
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var since = Stopwatch.GetTimestamp();
        for (var i = 0; i < iterations; i++)
            call();
        var elapsed = Stopwatch.GetElapsedTime(since);
        var bytes = (double)(GC.GetAllocatedBytesForCurrentThread() - allocated);
        return (elapsed.TotalNanoseconds / iterations, bytes / iterations);
    }
}
