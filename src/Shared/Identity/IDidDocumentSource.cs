using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Identity;

/// <summary>A source of DID documents for one DID method.</summary>
public interface IDidDocumentSource
{
    /// <summary>The document as sent, at most <see cref="DocumentClient.MaxBytes"/>; null for 404 or 410.</summary>
    /// <exception cref="UnusableDocumentException">The response is not a document.</exception>
    /// <exception cref="DocumentStatusException">The response has an error status.</exception>
    /// <remarks>All other exceptions mean that the source is unavailable.</remarks>
    public ValueTask<byte[]?> FetchAsync(Did did, CancellationToken cancellation);
}
