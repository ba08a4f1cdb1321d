using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>Members of answers, and what is not ours: camelCase.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(XrpcErrorBody))]
[JsonSerializable(typeof(TokenClaims))]
[JsonSerializable(typeof(LogIn))]
[JsonSerializable(typeof(PdsTokens))]
[JsonSerializable(typeof(ServiceToken))]
[JsonSerializable(typeof(DidDocument))]
[JsonSerializable(typeof(ServerProduct))]
[JsonSerializable(typeof(ServerDescription))]
[JsonSerializable(typeof(GroupKeyWire))]
[JsonSerializable(typeof(KeypairWire))]
[JsonSerializable(typeof(AccountPublicKey))]
[JsonSerializable(typeof(KeyRotation))]
[JsonSerializable(typeof(RemovedWire))]
[JsonSerializable(typeof(StatusWire))]
[JsonSerializable(typeof(AccountDeletion))]
internal sealed partial class WireJson : JsonSerializerContext;
