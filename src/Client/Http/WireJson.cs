using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>JSON of responses and of other protocols, in camelCase.</summary>
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
[JsonSerializable(typeof(AccountPublicKey))]
[JsonSerializable(typeof(KeyRotation))]
[JsonSerializable(typeof(RemovedResponse))]
[JsonSerializable(typeof(MembersChangedResponse))]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(AccountDeletion))]
internal sealed partial class WireJson : JsonSerializerContext;
