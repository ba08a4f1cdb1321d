using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>
/// The members that a record with encrypted content has, as JSON: <c>{ciphertext, key_version, group_id,
/// encrypted_at}</c>.
/// </summary>
/// <param name="Ciphertext">See <see cref="EncryptedContent"/>.</param>
/// <param name="KeyVersion">
/// Of the group's key. A record without it cannot be decrypted: refuse it, never guess.
/// </param>
/// <param name="GroupId">Whose key: <c>{owner DID}#{name}</c>.</param>
/// <param name="EncryptedAt">UTC; for people, not for trust.</param>
public sealed record EncryptedRecord(
    [property: JsonPropertyName("ciphertext")] string? Ciphertext,
    [property: JsonPropertyName("key_version")] int? KeyVersion,
    [property: JsonPropertyName("group_id")] string? GroupId,
    [property: JsonPropertyName("encrypted_at"),
        JsonConverter(typeof(UtcConverter))] DateTimeOffset? EncryptedAt = null);
