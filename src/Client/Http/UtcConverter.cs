using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Client;

/// <summary>
/// Times as the protocol writes them: UTC with milliseconds, <c>2025-01-23T10:30:00.000Z</c>. Reads any of RFC 3339.
/// </summary>
internal sealed class UtcConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(
            value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
}
