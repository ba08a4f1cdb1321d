using System.Runtime.CompilerServices;

namespace AtpKeyserver.Storage;

public static class Pages
{
    /// <summary>All entries. Keeps one page in memory.</summary>
    /// <param name="read">Reads the page after <see cref="Page{T}.Next"/> of the previous one.</param>
    /// <param name="cancellation">Checked before each page.</param>
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
