using System.Text.Json.Serialization;

namespace AtpKeyserver.Functions.Endpoints.Identity;

/// <summary>
/// This server's DID document: one service, which a PDS finds by its fragment.
/// <see href="https://www.w3.org/TR/did-1.0/"/>
/// </summary>
public sealed record DidDocument(
    [property: JsonPropertyName("@context")] IReadOnlyList<string> Context,
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("service")] IReadOnlyList<DidService> Service);

public sealed record DidService(
    [property: JsonPropertyName("id")] string Id,
    [property: JsonPropertyName("type")] string Type,
    [property: JsonPropertyName("serviceEndpoint")] string ServiceEndpoint);

[JsonSerializable(typeof(DidDocument))]
internal sealed partial class DidJson : JsonSerializerContext;
