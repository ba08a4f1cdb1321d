namespace AtpKeyserver.Perf.Support.Rows;

/// <summary>Writes many rows, as many in a transaction as Table Storage allows.</summary>
internal static class Batches
{
    /// <summary>Entities in a transaction, the most that Table Storage takes.</summary>
    public const int Size = 100;

    private const int Writers = 8;

    /// <param name="count">Of rows.</param>
    /// <param name="write">Writes the rows of these numbers.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static Task WriteAsync(
        int count, Func<int[], CancellationToken, ValueTask> write, CancellationToken cancellation) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count).Chunk(Size),
            new ParallelOptions { MaxDegreeOfParallelism = Writers, CancellationToken = cancellation },
            write);
}
