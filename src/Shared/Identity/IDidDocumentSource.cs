using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Identity;

/// <summary>Where the documents of one DID method come from. One method, so that the resolver's rules are the same for both.</summary>
internal interface IDidDocumentSource
{
    /// <summary>
    /// The document as it was sent, at most <see cref="DocumentClient.MaxBytes"/>; null if there is none (404) or none any more (410).
    /// </summary>
    /// <exception cref="UnusableDocumentException">It answers, and not with a document.</exception>
    /// <exception cref="DocumentStatusException">It answers that it cannot answer now.</exception>
    /// <remarks>Every other exception means that the source fails.</remarks>
    public ValueTask<byte[]?> FetchAsync(Did did, CancellationToken cancellation);
}
