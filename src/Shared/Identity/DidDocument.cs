using System.Text.Json;

namespace AtpKeyserver.Identity;

/// <summary>
/// What this server takes from a DID document: the key of the first verification method <c>#atproto</c> or <c>{did}#atproto</c> whose
/// controller is the DID, or null if there is none or it is unusable. A later method never stands in for an unusable first one.
/// <code>{"id": "did:plc:…", "verificationMethod": [{"id": "did:plc:…#atproto", "type": "Multikey",
///   "controller": "did:plc:…", "publicKeyMultibase": "zQ3sh…"}]}</code>
/// <see href="https://atproto.com/specs/did"/>
/// </summary>
internal sealed record DidDocument(AtprotoKey? Key)
{
    private const int MaxDepth = 32;
    private const string KeyId = "#atproto";

    /// <summary>Reads the document of <paramref name="did"/>, at most <see cref="DocumentClient.MaxBytes"/>.</summary>
    /// <exception cref="InvalidDataException">It is not a JSON object, or not this DID's.</exception>
    public static DidDocument Parse(Did did, ReadOnlyMemory<byte> utf8)
    {
        using var json = StrictJson.ParseObject(utf8, MaxDepth)
            ?? throw new InvalidDataException("The DID document is not a JSON object");
        if (StrictJson.Text(json.RootElement, "id"u8) != did.Value)
            throw new InvalidDataException("The DID document is another DID's");
        return new DidDocument(FindKey(did, json.RootElement));
    }

    private static AtprotoKey? FindKey(Did did, JsonElement document)
    {
        if (!document.TryGetProperty("verificationMethod"u8, out var methods) || methods.ValueKind != JsonValueKind.Array)
            return null;
        foreach (var method in methods.EnumerateArray())
        {
            if (method.ValueKind == JsonValueKind.Object
                && IsKeyId(did, StrictJson.Text(method, "id"u8))
                && StrictJson.Text(method, "controller"u8) == did.Value)
            {
                return VerificationMethod.ReadKey(
                    StrictJson.Text(method, "type"u8) ?? "",
                    StrictJson.Text(method, "publicKeyMultibase"u8) ?? "");
            }
        }

        return null;
    }

    private static bool IsKeyId(Did did, string? id) =>
        id == KeyId
        || (id is not null && id.Length == did.Value.Length + KeyId.Length
            && id.StartsWith(did.Value, StringComparison.Ordinal) && id.EndsWith(KeyId, StringComparison.Ordinal));
}
