using System.Runtime.CompilerServices;

namespace AtpKeyserver.Client;

/// <summary>A part of a list. It may be short, or empty, and still not be the last.</summary>
/// <typeparam name="T">What is listed.</typeparam>
/// <param name="Items">In the server's order.</param>
/// <param name="Cursor">Where the next page begins; <see langword="null"/> at the end.</param>
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
                throw KeyserverErrors.Unexpected("The server sent the same cursor twice: its list has no end.");
        }
        while (cursor is not null);
    }

    /// <summary>A page as it was answered. An empty cursor is none.</summary>
    internal static Page<T> Of(IReadOnlyList<T> items, string? cursor) =>
        new(items, string.IsNullOrEmpty(cursor) ? null : cursor);
}
