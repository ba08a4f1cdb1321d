using System.Text.Json.Serialization;

namespace AtpKeyserver.Functions.Endpoints.Accounts;

public sealed record DeleteAccountInput([property: JsonPropertyName("confirmation")] string? Confirmation);

public sealed record DeletedCounts(int KeypairVersions, int Groups, int Memberships, int Delegations);

public sealed record AccountDeleted(string Status, DeletedCounts Deleted);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = 16)]
[JsonSerializable(typeof(DeleteAccountInput))]
[JsonSerializable(typeof(AccountDeleted))]
internal sealed partial class AccountJson : JsonSerializerContext;
