using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>
/// The JSON members of a record with encrypted content: <c>{ciphertext, key_version, group_id, encrypted_at}</c>.
/// </summary>
/// <param name="Ciphertext">See <see cref="EncryptedContent"/>.</param>
/// <param name="KeyVersion">The version of the group's key. Reject a record without it; do not guess.</param>
/// <param name="GroupId">The group: <c>{owner DID}#{name}</c>.</param>
/// <param name="EncryptedAt">UTC. For display only: it is not authenticated.</param>
public sealed record EncryptedRecord(
    [property: JsonPropertyName("ciphertext")] string? Ciphertext,
    [property: JsonPropertyName("key_version")] int? KeyVersion,
    [property: JsonPropertyName("group_id")] string? GroupId,
    [property: JsonPropertyName("encrypted_at"),
        JsonConverter(typeof(UtcConverter))] DateTimeOffset? EncryptedAt = null);
