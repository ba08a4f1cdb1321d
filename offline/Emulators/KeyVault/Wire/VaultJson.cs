using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Emulators.KeyVault.Wire;

/// <summary>JSON of requests, responses and files.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateKeyRequest))]
[JsonSerializable(typeof(UpdateKeyRequest))]
[JsonSerializable(typeof(CryptographyRequest))]
[JsonSerializable(typeof(KeyBundle))]
[JsonSerializable(typeof(DeletedKeyBundle))]
[JsonSerializable(typeof(KeyPage))]
[JsonSerializable(typeof(CryptographyAnswer))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(StoredKey))]
internal sealed partial class VaultJson : JsonSerializerContext;
