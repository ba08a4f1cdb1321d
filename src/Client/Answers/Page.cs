using System.Runtime.CompilerServices;

namespace AtpKeyserver.Client;

/// <summary>A page of a list. A short or empty page is not necessarily the last one.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <param name="Items">In the server's order.</param>
/// <param name="Cursor">Pass it to get the next page; <see langword="null"/> on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Cursor)
{
    internal static async IAsyncEnumerable<T> AllAsync(
        Func<string?, CancellationToken, Task<Page<T>>> read,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        string? cursor = null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        do
        {
            var page = await read(cursor, cancellation).ConfigureAwait(false);
            foreach (var item in page.Items)
                yield return item;
            cursor = page.Cursor;
            if (cursor is not null && !seen.Add(cursor))
                throw KeyserverErrors.Unexpected("The server sent the same cursor twice, so the list does not end.");
        }
        while (cursor is not null);
    }

    /// <summary>Treats an empty cursor as the end of the list.</summary>
    internal static Page<T> Of(IReadOnlyList<T> items, string? cursor) =>
        new(items, string.IsNullOrEmpty(cursor) ? null : cursor);
}
