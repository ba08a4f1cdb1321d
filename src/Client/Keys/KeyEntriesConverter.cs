using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>Reads the entries of <c>group.getKeys</c>. If one is malformed, the keys read so far are zeroed.</summary>
internal sealed class KeyEntriesConverter : JsonConverter<IReadOnlyList<GroupKeyEntry?>>
{
    public override IReadOnlyList<GroupKeyEntry?> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
            throw new JsonException();
        var entries = new List<GroupKeyEntry?>();
        try
        {
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                entries.Add(JsonSerializer.Deserialize(ref reader, WireJson.Default.GroupKeyEntry));
            return entries;
        }
        catch
        {
            entries.ForEach(entry => entry?.Dispose());
            throw;
        }
    }

    public override void Write(
        Utf8JsonWriter writer, IReadOnlyList<GroupKeyEntry?> value, JsonSerializerOptions options) =>
        throw new NotSupportedException();
}
