namespace AtpKeyserver.Identity;

/// <summary>Where the documents of one DID method come from. One method, so that the resolver's rules are the same for both.</summary>
internal interface IDidDocumentSource
{
    /// <summary>
    /// The document as it was sent, at most <see cref="DocumentClient.MaxBytes"/>; null if there is none (404) or none any more (410).
    /// </summary>
    /// <remarks>Throws whatever went wrong: for the resolver every exception means that the source cannot answer now.</remarks>
    public ValueTask<byte[]?> FetchAsync(Did did, CancellationToken cancellation);
}
