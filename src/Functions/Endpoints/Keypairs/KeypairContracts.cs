using System.Text.Json.Serialization;
using AtpKeyserver.Crypto;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Functions.Endpoints.Keypairs;

public sealed record PublicKeyOutput(string PublicKey, int Version);

public sealed record KeypairOutput(string PublicKey, Secret PrivateKey, int Version);

public sealed record RotateKeypairInput(
    [property: JsonPropertyName("reason")] string? Reason,
    [property: JsonPropertyName("expected_version")] int? ExpectedVersion);

public sealed record KeypairRotated(int OldVersion, int NewVersion, DateTimeOffset RotatedAt);

public sealed record KeypairVersions(IEnumerable<KeyVersionEntry> Versions, string? Cursor);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false,
    MaxDepth = 16,
    Converters = [typeof(SecretConverter), typeof(TimeConverter)])]
[JsonSerializable(typeof(PublicKeyOutput))]
[JsonSerializable(typeof(KeypairOutput))]
[JsonSerializable(typeof(RotateKeypairInput))]
[JsonSerializable(typeof(KeypairRotated))]
[JsonSerializable(typeof(KeypairVersions))]
internal sealed partial class KeypairJson : JsonSerializerContext;
