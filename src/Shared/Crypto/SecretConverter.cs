using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Crypto;

/// <summary>Writes a secret as lower-case hex, straight from its bytes: no string of it is ever made. Secrets are never read from JSON.</summary>
public sealed class SecretConverter : JsonConverter<Secret>
{
    public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Secrets only leave.");

    public override void Write(Utf8JsonWriter writer, Secret value, JsonSerializerOptions options)
    {
        Span<byte> hex = stackalloc byte[value.Reveal().Length * 2];
        try
        {
            Convert.TryToHexStringLower(value.Reveal(), hex, out _);
            writer.WriteStringValue(hex);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(hex);
        }
    }
}
