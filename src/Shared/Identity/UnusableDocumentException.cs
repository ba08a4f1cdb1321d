namespace AtpKeyserver.Identity;

/// <summary>
/// The source responded, but not with a document of this DID; retrying does not help. The message is shown to callers
/// and contains nothing that the source sent.
/// </summary>
internal sealed class UnusableDocumentException(string message) : Exception(message)
{
    /// <summary>The document is of another DID.</summary>
    public bool IsOfAnotherDid { get; init; }
}
