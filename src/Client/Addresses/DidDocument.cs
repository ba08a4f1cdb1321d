using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <param name="Id">The DID.</param>
/// <param name="AlsoKnownAs">Not parsed; for an account, an array that contains <c>at://{handle}</c>.</param>
/// <param name="Service">Not parsed: the members of other services may be strings, arrays or maps.</param>
internal sealed record DidDocument(string Id, JsonElement? AlsoKnownAs = null, JsonElement? Service = null)
{
    /// <summary>Whether it was read from this machine: a test network, whose services may use http.</summary>
    [JsonIgnore]
    public bool IsFromThisMachine { get; init; }

    /// <summary>The handle that the account claims: the first <c>at://</c> name.</summary>
    public string? Handle
    {
        get
        {
            const string scheme = "at://";
            return Entries(AlsoKnownAs).Select(Text).FirstOrDefault(
                name => name?.StartsWith(scheme, StringComparison.Ordinal) == true)?[scheme.Length..];
        }
    }

    /// <summary>
    /// The origin of the first service with this id and type; null if there is none, or if it is not an origin. A
    /// document from elsewhere cannot name a service on this machine by http: another program could receive tokens and
    /// passwords there. Skips other services (<see href="https://www.w3.org/TR/did-1.0/#services"/>).
    /// </summary>
    /// <param name="fragment">The id, such as <c>#atproto_pds</c>.</param>
    /// <param name="type">The type.</param>
    public Uri? FindOrigin(string fragment, string type)
    {
        var endpoint = Entries(Service)
            .Where(entry => Text(entry, "type") == type
                && Text(entry, "id") is { } id && (id == fragment || id == Id + fragment))
            .Select(entry => Text(entry, "serviceEndpoint"))
            .FirstOrDefault(text => text is not null);
        return Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && ServiceAddress.IsOrigin(address)
            && (IsFromThisMachine || address.Scheme == Uri.UriSchemeHttps)
            ? address
            : null;
    }

    private static JsonElement.ArrayEnumerator Entries(JsonElement? array) =>
        array is { ValueKind: JsonValueKind.Array } entries ? entries.EnumerateArray() : default;

    private static string? Text(JsonElement entry, string name) =>
        entry.ValueKind == JsonValueKind.Object && entry.TryGetProperty(name, out var member) ? Text(member) : null;

    private static string? Text(JsonElement text)
    {
        try
        {
            return text.ValueKind == JsonValueKind.String ? text.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            return null; // An escaped surrogate without its partner is no text.
        }
    }
}
