using System.Text.Json;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.Tests.Fuzz.Engine;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>
/// A document is read exactly when a plain reader finds an unambiguous object of this DID, and its key is that of the
/// first valid method.
/// </summary>
internal sealed class DidDocumentTarget()
    : Target("did-document", typeof(DidDocument), typeof(StrictJson), typeof(VerificationMethod), typeof(EcPoint))
{
    private const string Subject = "did:plc:k256aaaaaaaaaaaaaaaaaaaa";

    private static readonly Did Did = Did.TryParse(Subject, allowLocalhost: false, out var did) ? did : default;

    public override int MaxLength => DocumentClient.MaxBytes;

    public override long MaxAllocation => 8 << 20;

    public override IEnumerable<string> Words =>
    [
        Subject, "#atproto", "\"id\"", "\"verificationMethod\"", "\"controller\"", "\"type\"", "\"publicKeyMultibase\"",
        "\"Multikey\"", "[", "{}", ",{\"id\":",
        "\\u0069d", "zQ3shfnDCTC1MUESSkbS8qBd4Wb727FYzriMLx2pYnZ648KnM",
        "zDnaeoSbCnmVJ3AFM2daXMqzm6cxGo4yjGFkse9sZerj8JPKH", "\uFEFF", "\\udc00", "null",
    ];

    public override bool Run(byte[] input)
    {
        DidDocument document;
        try
        {
            document = DidDocument.Parse(Did, input);
        }
        catch (UnusableDocumentException)
        {
            FindingException.Unless(!IsExpected(input, out _), "A valid document of this DID is refused.");
            return false;
        }

        FindingException.Unless(IsExpected(input, out var plain), "An ambiguous or foreign document is accepted.");
        var expected = FirstKey(plain);
        FindingException.Unless(
            document.Key is null ? expected is null : expected is not null && document.Key.IsSameAs(expected),
            "A plain reader gets another key.");
        return document.Key is not null;
    }

    private static bool IsExpected(byte[] input, out JsonElement document)
    {
        // One byte-order mark is allowed.
        document = PlainJson.Object(input is [0xef, 0xbb, 0xbf, ..] ? input[3..] : input, maxDepth: 32) ?? default;
        return document.ValueKind == JsonValueKind.Object && PlainJson.HasUniqueNames(document)
            && PlainJson.Text(document, "id") == Subject;
    }

    private static AtprotoKey? FirstKey(JsonElement document)
    {
        if (!document.TryGetProperty("verificationMethod", out var methods) || methods.ValueKind != JsonValueKind.Array)
            return null;
        return methods.EnumerateArray()
            .Where(method => method.ValueKind == JsonValueKind.Object
                && PlainJson.Text(method, "id") is "#atproto" or Subject + "#atproto"
                && PlainJson.Text(method, "controller") == Subject)
            .Select(method => VerificationMethod.ReadKey(
                PlainJson.Text(method, "type") ?? "", PlainJson.Text(method, "publicKeyMultibase") ?? ""))
            .FirstOrDefault(key => key is not null);
    }
}
