using System.Runtime.CompilerServices;
using Azure.Core;

namespace Azure.Security.KeyVault.Keys.Wire;

/// <summary>The versions of a key. Each page has the address of the next one.</summary>
internal sealed class KeyVersionPages(KeyVaultEndpoint endpoint, Uri first, CancellationToken cancellation)
    : AsyncPageable<KeyProperties>(cancellation)
{
    public override IAsyncEnumerable<Page<KeyProperties>> AsPages(
        string continuationToken = null, int? pageSizeHint = null) =>
        Pages(continuationToken is null ? first : new Uri(continuationToken), CancellationToken);

    private async IAsyncEnumerable<Page<KeyProperties>> Pages(
        Uri uri, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (uri is not null)
        {
            var response = await endpoint.SendAsync(RequestMethod.Get, uri, null, cancellationToken)
                .ConfigureAwait(false);
            var page = KeyJson.ReadVersions(response);
            yield return page;
            uri = page.ContinuationToken is null ? null : new Uri(page.ContinuationToken);
        }
    }
}
