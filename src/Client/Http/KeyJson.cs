using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>
/// JSON of responses with keys, in camelCase. A member that occurs twice is an error: the first key would stay in
/// memory.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GroupKeyResponse))]
[JsonSerializable(typeof(GroupKeysResponse))]
[JsonSerializable(typeof(KeypairResponse))]
internal sealed partial class KeyJson : JsonSerializerContext;
