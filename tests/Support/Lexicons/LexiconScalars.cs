using System.Globalization;
using System.Text;
using System.Text.Json;

namespace AtpKeyserver.Tests.Support.Lexicons;

/// <summary>Checks a string, an integer or a boolean against its lexicon type.</summary>
internal static class LexiconScalars
{
    /// <summary>The largest integer that every JSON reader preserves: 2^53 - 1.</summary>
    private const long MaxSafeInteger = (1L << 53) - 1;

    public static IEnumerable<string> Check(JsonElement schema, JsonElement value) =>
        Lexicon.Text(schema, "type") switch
    {
        "string" =>
            value.ValueKind == JsonValueKind.String ? CheckString(schema, value.GetString()!) : ["is not a string"],
        "integer" => TryGetInteger(value, out var number) ? CheckInteger(schema, number) : ["is not an integer"],
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? CheckBoolean(schema, value)
            : ["is not a boolean"],
        var type => throw new NotSupportedException($"lexicon type {type}"),
    };

    private static bool TryGetInteger(JsonElement value, out long number)
    {
        number = 0;
        return value.ValueKind == JsonValueKind.Number
            && value.TryGetInt64(out number)
            && number is >= -MaxSafeInteger and <= MaxSafeInteger;
    }

    private static IEnumerable<string> CheckString(JsonElement schema, string text)
    {
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (Number(schema, "minLength") > bytes)
            yield return $"has {bytes} bytes, too few";
        if (Number(schema, "maxLength") < bytes)
            yield return $"has {bytes} bytes, too many";
        var graphemes = new StringInfo(text).LengthInTextElements;
        if (Number(schema, "minGraphemes") > graphemes)
            yield return $"has {graphemes} graphemes, too few";
        if (Number(schema, "maxGraphemes") < graphemes)
            yield return $"has {graphemes} graphemes, too many";
        if (Lexicon.Text(schema, "const") is { } only && only != text)
            yield return $"is not '{only}'";
        // The specification allows unknown values, but we list every value that we send.
        if ((Lexicon.Member(schema, "enum") ?? Lexicon.Member(schema, "knownValues")) is { } values
            && values.EnumerateArray().All(value => value.GetString() != text))
            yield return "is not a listed value";
        if (Lexicon.Text(schema, "format") is { } format && !LexiconFormats.IsValid(format, text))
            yield return $"is not a valid {format}";
    }

    private static IEnumerable<string> CheckInteger(JsonElement schema, long number)
    {
        if (Number(schema, "minimum") > number)
            yield return $"is {number}, too small";
        if (Number(schema, "maximum") < number)
            yield return $"is {number}, too large";
        if (Number(schema, "const") is { } only && only != number)
            yield return $"is not {only}";
        if (Lexicon.Member(schema, "enum") is { } values
            && values.EnumerateArray().All(value => value.GetInt64() != number))
            yield return "is not a listed value";
    }

    private static IEnumerable<string> CheckBoolean(JsonElement schema, JsonElement value)
    {
        if (Lexicon.Member(schema, "const") is { } only && only.ValueKind != value.ValueKind)
            yield return $"is not {only}";
    }

    private static long? Number(JsonElement schema, string name) => Lexicon.Member(schema, name)?.GetInt64();
}
