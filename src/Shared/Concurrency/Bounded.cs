namespace AtpKeyserver.Concurrency;

/// <summary>Does the same work for each item, for at most 16 at once.</summary>
internal static class Bounded
{
    private const int AtOnce = 16;

    /// <summary>The results in the order of the items. After the first failure, no more work starts.</summary>
    public static async Task<TResult[]> SelectAsync<T, TResult>(
        IReadOnlyList<T> items, Func<T, CancellationToken, Task<TResult>> work, CancellationToken cancellation)
    {
        if (items.Count == 1)
            return [await work(items[0], cancellation)];
        var results = new TResult[items.Count];
        await Parallel.ForAsync(
            0,
            items.Count,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellation },
            async (i, limit) => results[i] = await work(items[i], limit));
        return results;
    }

    public static Task ForEachAsync<T>(
        IReadOnlyList<T> items, Func<T, CancellationToken, Task> work, CancellationToken cancellation) =>
        SelectAsync(
            items,
            async (item, limit) =>
            {
                await work(item, limit);
                return true;
            },
            cancellation);
}
