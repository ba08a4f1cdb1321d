using System.Text.Json.Serialization;

namespace AtpKeyserver.Emulators.KeyVault.Wire;

internal sealed record CreateKeyRequest
{
    public string? Kty { get; init; }

    /// <summary>Bits.</summary>
    [JsonPropertyName("key_size")]
    public int? KeySize { get; init; }

    [JsonPropertyName("key_ops")]
    public IReadOnlyList<string>? KeyOps { get; init; }

    public KeyAttributes? Attributes { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

internal sealed record UpdateKeyRequest
{
    [JsonPropertyName("key_ops")]
    public IReadOnlyList<string>? KeyOps { get; init; }

    public KeyAttributes? Attributes { get; init; }

    public IReadOnlyDictionary<string, string>? Tags { get; init; }
}

/// <param name="Alg"><c>RSA-OAEP-256</c> or <c>RSA-OAEP</c>.</param>
/// <param name="Value">base64url</param>
internal sealed record CryptographyRequest(string? Alg = null, string? Value = null);
