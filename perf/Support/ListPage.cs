using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AtpKeyserver.Perf.Support;

/// <summary>A page of a list.</summary>
/// <param name="Entries">How many it has.</param>
/// <param name="Took">From the request to the parsed answer.</param>
/// <param name="IsLast">It has no cursor.</param>
internal sealed record ListPage(int Entries, TimeSpan Took, bool IsLast)
{
    /// <summary>Reads a list to its end, 100 entries a page.</summary>
    /// <param name="caller">Of the stack.</param>
    /// <param name="did">Who calls.</param>
    /// <param name="method">Of the list.</param>
    /// <param name="parameters">Besides limit and cursor.</param>
    /// <param name="entries">The member of the answer that has them.</param>
    /// <param name="cancellation">Ends it early.</param>
    public static async IAsyncEnumerable<ListPage> ReadAllAsync(
        XrpcCaller caller,
        string did,
        string method,
        string parameters,
        string entries,
        [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? cursor = null;
        do
        {
            var next = cursor is null ? "" : $"&cursor={cursor}";
            var request = caller.Get(did, method, $"?{parameters}&limit=100{next}");
            var since = Stopwatch.GetTimestamp();
            var page = await caller.CallAsync(request, cancellation);
            var took = Stopwatch.GetElapsedTime(since);
            cursor = page.TryGetProperty("cursor", out var place) ? place.GetString() : null;
            yield return new ListPage(page.GetProperty(entries).GetArrayLength(), took, cursor is null);
        }
        while (cursor is not null);
    }
}
