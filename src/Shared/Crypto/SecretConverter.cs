using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Crypto;

/// <summary>Writes a secret as lower-case hex without creating a string. Reading is not supported.</summary>
public sealed class SecretConverter : JsonConverter<Secret>
{
    public override Secret Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Secrets cannot be read from JSON.");

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
