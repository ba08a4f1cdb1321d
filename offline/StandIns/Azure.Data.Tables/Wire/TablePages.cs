using System.Runtime.CompilerServices;

namespace Azure.Data.Tables.Wire;

/// <summary>Pages fetched one by one as they are asked for. A page may be empty and still have a successor.</summary>
internal sealed class TablePages<T>(
    Func<string, int?, CancellationToken, Task<Page<T>>> fetch, int? maxPerPage, CancellationToken cancellation)
    : AsyncPageable<T>(cancellation)
{
    public override IAsyncEnumerable<Page<T>> AsPages(string continuationToken = null, int? pageSizeHint = null) =>
        Pages(continuationToken, pageSizeHint ?? maxPerPage, CancellationToken);

    private async IAsyncEnumerable<Page<T>> Pages(
        string continuationToken, int? size, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        do
        {
            var page = await fetch(continuationToken, size, cancellationToken).ConfigureAwait(false);
            yield return page;
            continuationToken = page.ContinuationToken;
        }
        while (continuationToken is not null);
    }
}
