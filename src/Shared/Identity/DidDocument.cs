using System.Text.Json;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity.Signatures;

namespace AtpKeyserver.Identity;

/// <summary>
/// The parts of a DID document that this server uses: the key of the first valid verification method <c>#atproto</c> or
/// <c>{did}#atproto</c> whose controller is the DID, or null if there is none. A method is valid if its type is known
/// and its key is a point of its curve.
/// <code>{"id": "did:plc:…", "verificationMethod": [{"id": "did:plc:…#atproto", "type": "Multikey",
///   "controller": "did:plc:…", "publicKeyMultibase": "zQ3sh…"}]}</code>
/// <see href="https://atproto.com/specs/did"/>
/// </summary>
internal sealed record DidDocument(AtprotoKey? Key)
{
    private const int MaxDepth = 32;
    private const string KeyId = "#atproto";

    private static ReadOnlySpan<byte> ByteOrderMark => "\uFEFF"u8;

    /// <summary>Parses the document of <paramref name="did"/>, at most <see cref="DocumentClient.MaxBytes"/>.</summary>
    /// <exception cref="UnusableDocumentException">Not a JSON object, or the document of another DID.</exception>
    public static DidDocument Parse(Did did, ReadOnlyMemory<byte> utf8)
    {
        // Some editors write a BOM; parsers may ignore it (RFC 8259 section 8.1).
        if (utf8.Span.StartsWith(ByteOrderMark))
            utf8 = utf8[ByteOrderMark.Length..];
        using var json = StrictJson.ParseObject(utf8, MaxDepth)
            ?? throw new UnusableDocumentException(
                "The DID document is not a valid JSON object or has duplicate properties");
        var id = StrictJson.Text(json.RootElement, "id"u8);
        if (id != did.Value)
        {
            throw new UnusableDocumentException("The id of the DID document does not match the DID")
            {
                IsOfAnotherDid = id is not null,
            };
        }

        return new DidDocument(FindKey(did, json.RootElement));
    }

    private static AtprotoKey? FindKey(Did did, JsonElement document)
    {
        if (!document.TryGetProperty("verificationMethod"u8, out var methods)
            || methods.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        foreach (var method in methods.EnumerateArray())
        {
            if (method.ValueKind == JsonValueKind.Object
                && IsKeyId(did, StrictJson.Text(method, "id"u8))
                && StrictJson.Text(method, "controller"u8) == did.Value
                && VerificationMethod.ReadKey(
                    StrictJson.Text(method, "type"u8) ?? "",
                    StrictJson.Text(method, "publicKeyMultibase"u8) ?? "") is { } key)
            {
                return key;
            }
        }

        return null;
    }

    private static bool IsKeyId(Did did, string? id) =>
        id == KeyId
        || (id is not null && id.Length == did.Value.Length + KeyId.Length
            && id.StartsWith(did.Value, StringComparison.Ordinal) && id.EndsWith(KeyId, StringComparison.Ordinal));
}
