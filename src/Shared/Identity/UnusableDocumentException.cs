namespace AtpKeyserver.Identity;

/// <summary>
/// The source answers, and not with a document of this DID: trying again does not help before somebody mends it. The
/// message is for callers: it has nothing that the source sent.
/// </summary>
internal sealed class UnusableDocumentException(string message) : Exception(message)
{
    /// <summary>It is a document, of another DID.</summary>
    public bool IsOfAnotherDid { get; init; }
}
