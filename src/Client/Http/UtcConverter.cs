using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>
/// Writes times in UTC with milliseconds, such as <c>2025-01-23T10:30:00.000Z</c>. Reads any RFC 3339 time.
/// </summary>
internal sealed class UtcConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(
            value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}
