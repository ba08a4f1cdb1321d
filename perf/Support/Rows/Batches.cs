namespace AtpKeyserver.Perf.Support.Rows;

/// <summary>Writes many rows in transactions of the maximum size.</summary>
internal static class Batches
{
    /// <summary>Table Storage's maximum number of entities in a transaction.</summary>
    public const int Size = 100;

    private const int Writers = 8;

    /// <param name="count">The number of rows.</param>
    /// <param name="write">Writes the rows with these numbers.</param>
    /// <param name="cancellation">Cancels the writes.</param>
    public static Task WriteAsync(
        int count, Func<int[], CancellationToken, ValueTask> write, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count).Chunk(Size),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellation },
            write);
}
