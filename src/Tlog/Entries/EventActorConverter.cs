using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Tlog;

/// <summary>The text of an <see cref="EventActor"/>.</summary>
internal sealed class EventActorConverter : JsonConverter<EventActor>
{
    public override EventActor Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && EventActor.TryParse(reader.GetString(), out var actor)
            ? actor
            : throw new JsonException("The actor of the event is not valid.");

    public override void Write(Utf8JsonWriter writer, EventActor value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString());
}
