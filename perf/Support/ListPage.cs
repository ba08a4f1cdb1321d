using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AtpKeyserver.Perf.Support;

/// <summary>A page of a list.</summary>
/// <param name="Entries">The number of entries.</param>
/// <param name="Took">From the request to the parsed response.</param>
/// <param name="IsLast">Whether it has no cursor.</param>
internal sealed record ListPage(int Entries, TimeSpan Took, bool IsLast)
{
    /// <summary>Reads all pages of a list, 100 entries each.</summary>
    /// <param name="caller">The stack's caller.</param>
    /// <param name="did">The calling account.</param>
    /// <param name="method">The list method.</param>
    /// <param name="parameters">Parameters except limit and cursor.</param>
    /// <param name="entries">The response member with the entries.</param>
    /// <param name="cancellation">Cancels the reads.</param>
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
