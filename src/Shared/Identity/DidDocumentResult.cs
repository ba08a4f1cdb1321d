using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Identity;

/// <summary>The result of a lookup.</summary>
/// <param name="Key">The <c>#atproto</c> key; null if the document has no usable one, or there is no document.</param>
/// <param name="Absence">Null if there is a document; otherwise the reason, for the caller.</param>
internal sealed record DidDocumentResult(AtprotoKey? Key, string? Absence)
{
    public static DidDocumentResult NotFound { get; } = new(null, "The DID does not exist");

    public static DidDocumentResult Of(DidDocument document) => new(document.Key, null);

    public static DidDocumentResult Unusable(string why) => new(null, why);
}
