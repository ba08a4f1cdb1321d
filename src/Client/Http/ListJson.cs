using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>JSON of inputs and lists, in snake_case.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RotateInput))]
[JsonSerializable(typeof(MemberInput))]
[JsonSerializable(typeof(MembersInput))]
[JsonSerializable(typeof(DelegateInput))]
[JsonSerializable(typeof(GroupInput))]
[JsonSerializable(typeof(DeleteAccountInput))]
[JsonSerializable(typeof(KeyVersionsResponse))]
[JsonSerializable(typeof(MembersResponse))]
[JsonSerializable(typeof(DelegatesResponse))]
[JsonSerializable(typeof(GroupsResponse))]
[JsonSerializable(typeof(AccessLogResponse))]
internal sealed partial class ListJson : JsonSerializerContext;
