using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace AtpKeyserver.Client;

/// <summary>Reads a key, 64 hex digits, without an intermediate string, which could not be zeroed.</summary>
internal sealed class HexKeyConverter : JsonConverter<byte[]>
{
    internal const int KeySize = 32;

    /// <summary>The keys that the deserialization in progress on this thread has read.</summary>
    [ThreadStatic]
    private static List<byte[]>? _read;

    /// <summary>Deserializes a response. If it is malformed, all keys that were read are zeroed.</summary>
    /// <param name="json">The response.</param>
    /// <param name="type">The type of the response.</param>
    /// <param name="read">Receives the keys.</param>
    public static T? Deserialize<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, List<byte[]> read)
    {
        _read = read;
        try
        {
            return JsonSerializer.Deserialize(json, type);
        }
        catch
        {
            foreach (var key in read)
                CryptographicOperations.ZeroMemory(key);
            throw;
        }
        finally
        {
            _read = null;
        }
    }

    public override byte[] Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || reader.HasValueSequence || reader.ValueIsEscaped
            || reader.ValueSpan.Length != 2 * KeySize)
            throw new JsonException();
        var key = GC.AllocateUninitializedArray<byte>(KeySize, pinned: true);
        _read?.Add(key);
        return Convert.FromHexString(reader.ValueSpan, key, out _, out _) == OperationStatus.Done
            ? key
            : throw new JsonException();
    }

    public override void Write(Utf8JsonWriter writer, byte[] value, JsonSerializerOptions options) =>
        throw new NotSupportedException();
}
