using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace AtpKeyserver.Storage;

/// <summary>
/// Reads query results. The client treats a response without a list as an empty page, so a group would seem to have no
/// members: here an empty page must contain an empty list.
/// </summary>
internal static class StoragePages
{
    public static IAsyncEnumerable<TableEntity> ReadAsync(
        AsyncPageable<TableEntity> query, CancellationToken cancellation) =>
        ReadAsync(query, RowShape.IsValid, cancellation);

    public static IAsyncEnumerable<TableItem> ReadAsync(
        AsyncPageable<TableItem> query, CancellationToken cancellation) =>
        ReadAsync(query, static table => table.Name is not null, cancellation);

    private static async IAsyncEnumerable<T> ReadAsync<T>(
        AsyncPageable<T> query, Func<T, bool> isValid, [EnumeratorCancellation] CancellationToken cancellation)
        where T : notnull
    {
        await using var pages = query.AsPages().GetAsyncEnumerator(cancellation);
        while (await ClientCall.RunAsync(() => NextAsync(pages, isValid)) is { } page)
        {
            foreach (var entry in page.Values)
                yield return entry;
        }
    }

    private static async Task<Azure.Page<T>?> NextAsync<T>(IAsyncEnumerator<Azure.Page<T>> pages, Func<T, bool> isValid)
        where T : notnull
    {
        if (!await pages.MoveNextAsync())
            return null;
        var page = pages.Current;
        return page.Values.All(isValid) && (page.Values.Count > 0 || HasEmptyList(page.GetRawResponse()))
            ? page
            : throw new FormatException("A result page has no list or an incomplete entry.");
    }

    private static bool HasEmptyList(Response answer)
    {
        using var body = JsonDocument.Parse(answer.Content);
        return body.RootElement.GetProperty("value").GetArrayLength() == 0;
    }
}
