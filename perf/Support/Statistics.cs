namespace AtpKeyserver.Perf.Support;

internal static class Statistics
{
    /// <summary>Returns the upper of the two middle values if the number of values is even.</summary>
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }

    public static double Median<T>(IEnumerable<T> all, Func<T, double> of) => Median(all.Select(of));
}
