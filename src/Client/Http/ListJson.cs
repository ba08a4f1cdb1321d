using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>Inputs and lists: snake_case.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(RotateInput))]
[JsonSerializable(typeof(MemberInput))]
[JsonSerializable(typeof(DelegateInput))]
[JsonSerializable(typeof(GroupInput))]
[JsonSerializable(typeof(DeleteAccountInput))]
[JsonSerializable(typeof(KeyVersionsWire))]
[JsonSerializable(typeof(MembersWire))]
[JsonSerializable(typeof(DelegatesWire))]
[JsonSerializable(typeof(GroupsWire))]
[JsonSerializable(typeof(AccessLogWire))]
internal sealed partial class ListJson : JsonSerializerContext;
