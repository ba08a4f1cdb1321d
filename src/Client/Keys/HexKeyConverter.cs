using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>Reads a key, 64 hex digits, without an intermediate string, which could not be zeroed.</summary>
internal sealed class HexKeyConverter : JsonConverter<byte[]>
{
    internal const int KeySize = 32;

    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueIsEscaped
            || reader.ValueSpan.Length != 2 * KeySize)
            throw new JsonException();
        var key = GC.AllocateUninitializedArray<byte>(KeySize, pinned: true);
        if (Convert.FromHexString(reader.ValueSpan, key, out _, out _) == OperationStatus.Done)
            return key;
        CryptographicOperations.ZeroMemory(key);
        throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
        throw new NotSupportedException();
}
