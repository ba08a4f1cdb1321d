using System.Text.Json;

namespace AtpKeyserver.Tests.Client.Support;

/// <summary>Of <c>tests/Vectors/xchacha20-poly1305.json</c>.</summary>
internal sealed record Vector(
    string Name,
    string KeyHex,
    string CiphertextHex,
    string? Aad = null,
    string? NonceHex = null,
    string? PlaintextHex = null)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public byte[] Plaintext => Convert.FromHexString(PlaintextHex!);

    public static Vector[] Of(string list)
    {
        using var file = JsonDocument.Parse(
            File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", "xchacha20-poly1305.json")));
        return file.RootElement.GetProperty(list).Deserialize<Vector[]>(Json)!;
    }

    public NSec.Cryptography.Key Key() => NSec.Cryptography.Key.Import(
        NSec.Cryptography.AeadAlgorithm.XChaCha20Poly1305,
        Convert.FromHexString(KeyHex),
        NSec.Cryptography.KeyBlobFormat.RawSymmetricKey);
}
