using System.Runtime.CompilerServices;

namespace AtpKeyserver.Storage;

/// <summary>Reads a list page by page.</summary>
public static class Pages
{
    /// <summary>All entries; one page is in memory.</summary>
    /// <param name="read">Reads the page behind what the page before named in <see cref="Page{T}.Next"/>.</param>
    /// <param name="cancellation">Asked before each page.</param>
    public static async IAsyncEnumerable<T> AllAsync<T>(
        Func<string?, Task<Page<T>>> read, [EnumeratorCancellation] CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            cancellation.ThrowIfCancellationRequested();
            var page = await read(after);
            foreach (var entry in page.Entries)
                yield return entry;
            after = page.Next;
        }
        while (after is not null);
    }
}
