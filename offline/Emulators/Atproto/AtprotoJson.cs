using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AtpKeyserver.Emulators.Atproto.Accounts;
using AtpKeyserver.Emulators.Atproto.Pds;

namespace AtpKeyserver.Emulators.Atproto;

/// <summary>JSON of requests and files.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(CreateAccountRequest))]
[JsonSerializable(typeof(CreateSessionRequest))]
[JsonSerializable(typeof(StoredAccount))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class AtprotoJson : JsonSerializerContext
{
    /// <summary>Creates a JSON object of strings.</summary>
    public static string Object(params ReadOnlySpan<(string Name, string Value)> members)
    {
        var result = new JsonObject();
        foreach (var (name, value) in members)
            result[name] = value;
        return result.ToJsonString();
    }
}
