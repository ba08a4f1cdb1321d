namespace AtpKeyserver.Perf.Lists;

/// <summary>The latencies of a list's pages, and the app's memory.</summary>
internal sealed record Pages(
    string List,
    int Entries,
    int Requests,
    double Seconds,
    double MedianMs,
    double SlowestMs,
    double BeforeMb,
    double PeakMb)
{
    /// <param name="list">The name of the list.</param>
    /// <param name="entries">The entries of all pages.</param>
    /// <param name="times">The latencies of the pages, in ms.</param>
    /// <param name="beforeMb">The app's memory before the first page.</param>
    /// <param name="peakMb">The peak until the last page.</param>
    public static Pages Of(string list, int entries, List<double> times, double beforeMb, double peakMb)
    {
        times.Sort();
        return new Pages(
            list, entries, times.Count, times.Sum() / 1000, times[times.Count / 2], times[^1], beforeMb, peakMb);
    }

    public static void PrintHead() => Console.WriteLine(
        $"{"list",-24} {"entries",8} {"pages",6} {"s",7} {"median ms",10} {"slowest ms",11} "
        + $"{"before MB",10} {"peak MB",8}");

    public void Print() => Console.WriteLine(
        $"{List,-24} {Entries,8} {Requests,6} {Seconds,7:0.0} {MedianMs,10:0.0} {SlowestMs,11:0.0} "
        + $"{BeforeMb,10:0} {PeakMb,8:0}");
}
