using System.Text.Json.Serialization;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>The body of every error.</summary>
public sealed record XrpcError(
    [property: JsonPropertyName("error")] string Error, [property: JsonPropertyName("message")] string Message);

[JsonSerializable(typeof(XrpcError))]
internal sealed partial class XrpcJson : JsonSerializerContext;
