using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Tlog;

/// <summary>The name of an event's type, exactly as written.</summary>
internal sealed class EventTypeConverter : JsonConverter<EventType>
{
    public override EventType Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && EventRule.TryParse(reader.GetString(), out var type)
            ? type
            : throw new JsonException("The type of the event is unknown.");

    public override void Write(Utf8JsonWriter writer, EventType value, JsonSerializerOptions options) =>
        writer.WriteStringValue(EventRule.Of(value).Name);
}
