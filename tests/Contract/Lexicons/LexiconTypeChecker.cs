using System.Text.Json;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Contract.Lexicons;

/// <summary>Lists the errors in a type of a lexicon and in its nested types.</summary>
internal sealed class LexiconTypeChecker(LexiconCatalog catalog, Lexicon lexicon)
{
    private static readonly string[] FieldTypes = ["array", "string", "integer", "boolean", "ref", "union", "unknown"];
    private static readonly string[] ItemTypes = ["string", "integer", "boolean", "ref", "union", "unknown"];
    private static readonly string[] ParameterTypes = ["array", "string", "integer", "boolean"];
    private static readonly string[] ParameterItemTypes = ["string", "integer", "boolean"];

    public IEnumerable<string> Check(JsonElement type, string path, params string[] allowed)
    {
        var name = Text(type, "type") ?? "";
        if (!allowed.Contains(name) || !LexiconMembers.IsKnown(name))
            return [$"{path}.type '{name}' is not one of {string.Join(", ", allowed)}"];
        return LexiconMembers.Unknown(name, type, path).Concat(name switch
        {
            "object" => CheckProperties(type, path, FieldTypes),
            "params" => CheckProperties(type, path, ParameterTypes),
            "array" when allowed == ParameterTypes => CheckArray(type, path, ParameterItemTypes),
            "array" => CheckArray(type, path, ItemTypes),
            "string" => CheckString(type, path),
            "integer" => CheckInteger(type, path),
            "boolean" => CheckConstAndDefault(type, path),
            "ref" => CheckReference(Text(type, "ref"), path),
            "union" => CheckUnion(type, path),
            _ => [],
        });
    }

    private IEnumerable<string> CheckProperties(JsonElement type, string path, string[] allowed)
    {
        if (!type.TryGetProperty("properties", out var properties) || properties.ValueKind != JsonValueKind.Object)
            return [$"{path}.properties is not an object"];
        return Listed("required").Concat(Listed("nullable")).Concat(
            properties.EnumerateObject()
                .SelectMany(property => Check(property.Value, $"{path}.properties.{property.Name}", allowed)));

        IEnumerable<string> Listed(string list) => type.TryGetProperty(list, out var names)
            ? names.EnumerateArray().Select(name => name.GetString()!)
                .Where(name => !properties.TryGetProperty(name, out _))
                .Select(name => $"{path}.{list} names '{name}', which is not a property")
            : [];
    }

    private IEnumerable<string> CheckArray(JsonElement type, string path, string[] allowed) =>
        CheckOrder(type, path, "minLength", "maxLength").Concat(
            type.TryGetProperty("items", out var items)
                ? Check(items, $"{path}.items", allowed)
                : [$"{path} has no items"]);

    private static IEnumerable<string> CheckString(JsonElement type, string path)
    {
        if (type.TryGetProperty("format", out _) && !LexiconFormats.IsKnown(Text(type, "format") ?? ""))
            yield return $"{path}.format is unknown";
        foreach (var list in (string[])["enum", "knownValues"])
        {
            if (type.TryGetProperty(list, out var values)
                && (values.ValueKind != JsonValueKind.Array || values.GetArrayLength() == 0
                    || values.EnumerateArray().Any(value => value.ValueKind != JsonValueKind.String)))
                yield return $"{path}.{list} is not a list of strings";
        }

        foreach (var problem in CheckOrder(type, path, "minLength", "maxLength")
            .Concat(CheckOrder(type, path, "minGraphemes", "maxGraphemes")).Concat(CheckConstAndDefault(type, path)))
            yield return problem;
    }

    private static IEnumerable<string> CheckInteger(JsonElement type, string path) =>
        CheckOrder(type, path, "minimum", "maximum").Concat(CheckConstAndDefault(type, path));

    private static IEnumerable<string> CheckConstAndDefault(JsonElement type, string path)
    {
        if (type.TryGetProperty("const", out _) && type.TryGetProperty("default", out _))
            yield return $"{path} has a const and a default";
        foreach (var name in (string[])["const", "default"])
        {
            if (type.TryGetProperty(name, out var value) && !HasKind(Text(type, "type"), value))
                yield return $"{path}.{name} is not of type {Text(type, "type")}";
        }
    }

    private static bool HasKind(string? type, JsonElement value) => type switch
    {
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        _ => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
    };

    private static IEnumerable<string> CheckOrder(JsonElement type, string path, string least, string most)
    {
        long? low = null, high = null;
        foreach (var name in (string[])[least, most])
        {
            if (!type.TryGetProperty(name, out var value))
                continue;
            if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt64(out var number))
                yield return $"{path}.{name} is not an integer";
            else if (name == least)
                low = number;
            else
                high = number;
        }

        if (low > high)
            yield return $"{path}.{least} is above {most}";
    }

    private IEnumerable<string> CheckUnion(JsonElement type, string path) =>
        type.TryGetProperty("refs", out var refs) && refs.ValueKind == JsonValueKind.Array
            ? refs.EnumerateArray().SelectMany(reference => CheckReference(reference.GetString(), path))
            : [$"{path} has no refs"];

    private IEnumerable<string> CheckReference(string? reference, string path)
    {
        if (reference is null || !catalog.TryResolve(reference, lexicon, out _, out var definition))
            yield return $"{path} refers to '{reference}', which does not exist";
        else if (Text(definition, "type") is "query" or "procedure")
            yield return $"{path} refers to the method '{reference}'";
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
        && element.TryGetProperty(name, out var member)
        && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;
}
