using System.Buffers.Text;
using System.Globalization;
using System.Text.Json;

namespace Azure.Data.Tables.Wire;

/// <summary>
/// JSON of the service as rows (<c>odata=minimalmetadata</c>): a column whose type JSON doesn't show is preceded by
/// <c>"name@odata.type"</c>.
/// </summary>
internal static class EntityReader
{
    /// <exception cref="JsonException">The answer is not a row.</exception>
    public static T ReadEntity<T>(BinaryData json)
        where T : class, ITableEntity
    {
        var reader = new Utf8JsonReader(json.ToMemory().Span);
        Expect(ref reader, JsonTokenType.StartObject);
        return ReadEntity<T>(ref reader);
    }

    /// <summary>The rows of <c>{"value":[…]}</c>.</summary>
    /// <exception cref="JsonException">The answer is not a page of rows.</exception>
    public static List<T> ReadEntities<T>(BinaryData json)
        where T : class, ITableEntity
    {
        var reader = new Utf8JsonReader(json.ToMemory().Span);
        Expect(ref reader, JsonTokenType.StartObject);
        var rows = new List<T>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("value"u8))
            {
                reader.Skip();
                continue;
            }

            Expect(ref reader, JsonTokenType.StartArray);
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                rows.Add(ReadEntity<T>(ref reader));
        }

        return rows;
    }

    private static T ReadEntity<T>(ref Utf8JsonReader reader)
        where T : class, ITableEntity
    {
        var entity = new TableEntity(ReadColumns(ref reader), owned: true);
        return typeof(T) == typeof(TableEntity) ? (T)(ITableEntity)entity : EntityModel.Create<T>(entity);
    }

    private static Dictionary<string, object> ReadColumns(ref Utf8JsonReader reader)
    {
        var columns = new Dictionary<string, object>(16, StringComparer.Ordinal);
        string typedName = null;
        var type = EdmType.Plain;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameCache.Get(ref reader);
            reader.Read();
            if (name.EndsWith(ColumnName.TypeSuffix, StringComparison.Ordinal))
            {
                typedName = name;
                type = reader.ReadEdmType();
                continue;
            }

            if (name == ColumnName.Timestamp)
                columns[name] = ReadTyped(ref reader, EdmType.DateTime);
            else if (name != ColumnName.Metadata)
                columns[name] = ReadTyped(ref reader, IsAbout(typedName, name) ? type : EdmType.Plain);
        }

        return columns;
    }

    private static bool IsAbout(string annotation, string name) =>
        annotation is not null
        && annotation.Length == name.Length + ColumnName.TypeSuffix.Length
        && annotation.StartsWith(name, StringComparison.Ordinal);

    private static object ReadPlain(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.String => reader.GetString(),
        JsonTokenType.True => true,
        JsonTokenType.False => false,
        JsonTokenType.Null => null,
        JsonTokenType.Number when reader.TryGetInt32(out var number) => number,
        JsonTokenType.Number when reader.TryGetInt64(out var number) => number,
        JsonTokenType.Number => reader.GetDouble(),
        _ => throw new JsonException($"A column cannot be {reader.TokenType}."),
    };

    private static object ReadTyped(ref Utf8JsonReader reader, EdmType type) => type switch
    {
        _ when reader.TokenType == JsonTokenType.Null => null,
        EdmType.Binary => reader.GetBytesFromBase64(),
        EdmType.Int64 => ReadInt64(ref reader),
        EdmType.DateTime => ReadDate(ref reader),
        EdmType.Guid => reader.GetGuid(),
        EdmType.Double when reader.TokenType == JsonTokenType.String => double.Parse(reader.GetString(), CultureInfo.InvariantCulture),
        EdmType.Double => reader.GetDouble(),
        _ => ReadPlain(ref reader),
    };

    private static long ReadInt64(ref Utf8JsonReader reader)
    {
        if (Utf8Parser.TryParse(reader.ValueSpan, out long number, out var consumed) && consumed == reader.ValueSpan.Length)
            return number;
        throw new JsonException("An Edm.Int64 is not an integer.");
    }

    private static DateTimeOffset ReadDate(ref Utf8JsonReader reader)
    {
        if (reader.TokenType == JsonTokenType.String && reader.TryGetDateTimeOffset(out var date))
            return date;
        throw new JsonException("An Edm.DateTime is not a date.");
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType token)
    {
        if (!reader.Read() || reader.TokenType != token)
            throw new JsonException($"{token} was expected.");
    }
}
