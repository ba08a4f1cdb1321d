using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AtpKeyserver.Emulators.Atproto.Accounts;
using AtpKeyserver.Emulators.Atproto.Pds;
using AtpKeyserver.Emulators.Atproto.Pds.Records;
using AtpKeyserver.Emulators.Atproto.Pds.Sessions;

namespace AtpKeyserver.Emulators.Atproto;

/// <summary>JSON of requests and files.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true)]
[JsonSerializable(typeof(CreateAccountRequest))]
[JsonSerializable(typeof(CreateSessionRequest))]
[JsonSerializable(typeof(DeleteRecordRequest))]
[JsonSerializable(typeof(PutRecordRequest))]
[JsonSerializable(typeof(SessionToken))]
[JsonSerializable(typeof(StoredAccount))]
[JsonSerializable(typeof(StoredRepository))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class AtprotoJson : JsonSerializerContext
{
    /// <summary>Escapes only what JSON requires, like a PDS: neither <c>+</c> nor characters outside ASCII.</summary>
    public static JsonSerializerOptions Readable { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Creates a JSON object of strings.</summary>
    public static string Object(params ReadOnlySpan<(string Name, string Value)> members)
    {
        var result = new JsonObject();
        foreach (var (name, value) in members)
            result[name] = value;
        return result.ToJsonString(Readable);
    }
}
