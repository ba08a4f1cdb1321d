using System.Text.Json.Serialization;

namespace AtpKeyserver.Emulators.KeyVault.Wire;

/// <param name="Kid">The absolute id with the version.</param>
/// <param name="Kty">RSA</param>
/// <param name="KeyOps">The permitted operations.</param>
/// <param name="N">The modulus, base64url.</param>
/// <param name="E">The exponent, base64url.</param>
internal sealed record WebKey(
    string Kid,
    string Kty,
    [property: JsonPropertyName("key_ops")] IReadOnlyList<string> KeyOps,
    string N,
    string E);

internal sealed record KeyBundle(WebKey Key, KeyAttributes Attributes, IReadOnlyDictionary<string, string>? Tags);

/// <param name="RecoveryId">The id of the deleted key.</param>
/// <param name="DeletedDate">Unix seconds.</param>
/// <param name="ScheduledPurgeDate">Unix seconds.</param>
/// <param name="Key">The newest version.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Tags">Its tags.</param>
internal sealed record DeletedKeyBundle(
    string RecoveryId,
    long DeletedDate,
    long ScheduledPurgeDate,
    WebKey Key,
    KeyAttributes Attributes,
    IReadOnlyDictionary<string, string>? Tags);

internal sealed record KeyItem(string Kid, KeyAttributes Attributes, IReadOnlyDictionary<string, string>? Tags);

internal sealed record KeyPage(
    IReadOnlyList<KeyItem> Value,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? NextLink);

internal sealed record CryptographyAnswer(string Kid, string Value);

internal sealed record ErrorAnswer(Error Error);

internal sealed record Error(
    string Code, string Message, [property: JsonPropertyName("innererror")] InnerError? InnerError);

internal sealed record InnerError(string Code);
