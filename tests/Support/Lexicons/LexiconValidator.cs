using System.Text.Json;

namespace AtpKeyserver.Tests.Support.Lexicons;

/// <summary>
/// Checks a document of a method against its lexicon and lists the errors, each with the path of the value; an empty
/// list means valid. Stricter than a client: an output has no unknown member and no unlisted value.
/// </summary>
public sealed class LexiconValidator(LexiconCatalog catalog)
{
    /// <summary>For the lexicons of this product.</summary>
    public static LexiconValidator Product { get; } = new(LexiconCatalog.Product);

    /// <summary>The body of a response.</summary>
    /// <exception cref="KeyNotFoundException">There is no lexicon of this name.</exception>
    public IReadOnlyList<string> CheckOutput(string nsid, JsonElement document) =>
        Check(catalog[nsid], catalog[nsid].OutputSchema, document, closed: true);

    /// <summary>The body of a request. Unknown members are ignored, as by the server.</summary>
    /// <exception cref="KeyNotFoundException">There is no lexicon of this name.</exception>
    public IReadOnlyList<string> CheckInput(string nsid, JsonElement document) =>
        Check(catalog[nsid], catalog[nsid].InputSchema, document, closed: false);

    private List<string> Check(Lexicon lexicon, JsonElement? schema, JsonElement document, bool closed) =>
        schema is { } known
            ? [.. CheckValue(new Scope(lexicon, closed), known, document, "$")]
            : ["$ should not be there: the lexicon has no schema"];

    private IEnumerable<string> CheckValue(Scope scope, JsonElement schema, JsonElement value, string path) =>
        Lexicon.Text(schema, "type") switch
        {
            "object" => CheckObject(scope, schema, value, path),
            "array" => CheckArray(scope, schema, value, path),
            "ref" => Follow(scope, Lexicon.Text(schema, "ref") ?? "", value, path),
            "union" => CheckUnion(scope, schema, value, path),
            "unknown" => value.ValueKind == JsonValueKind.Object ? [] : [$"{path} is not an object"],
            _ => LexiconScalars.Check(schema, value).Select(problem => $"{path} {problem}"),
        };

    private IEnumerable<string> CheckObject(Scope scope, JsonElement schema, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return [$"{path} is not an object"];
        var properties = Lexicon.Member(schema, "properties") ?? default;
        var missing = Names(schema, "required").Where(name => !value.TryGetProperty(name, out _))
            .Select(name => $"{path}.{name} is missing");
        var doubled = value.EnumerateObject().CountBy(member => member.Name).Where(count => count.Value > 1)
            .Select(count => $"{path}.{count.Key} occurs {count.Value} times");
        var nullable = Names(schema, "nullable").ToHashSet(StringComparer.Ordinal);
        return [.. missing, .. doubled, .. value.EnumerateObject().SelectMany(CheckMember)];

        IEnumerable<string> CheckMember(JsonProperty member)
        {
            var at = $"{path}.{member.Name}";
            if (Lexicon.Member(properties, member.Name) is not { } property)
                return scope.Closed && member.Name != "$type" ? [$"{at} is not in the lexicon"] : [];
            if (member.Value.ValueKind == JsonValueKind.Null)
                return nullable.Contains(member.Name) ? [] : [$"{at} is null"];
            return CheckValue(scope, property, member.Value, at);
        }
    }

    private IEnumerable<string> CheckArray(Scope scope, JsonElement schema, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Array)
            return [$"{path} is not an array"];
        var length = value.GetArrayLength();
        List<string> problems = [];
        if (Lexicon.Member(schema, "minLength")?.GetInt32() > length)
            problems.Add($"{path} has {length} entries, too few");
        if (Lexicon.Member(schema, "maxLength")?.GetInt32() < length)
            problems.Add($"{path} has {length} entries, too many");
        var items = schema.GetProperty("items");
        return problems.Concat(
            value.EnumerateArray().SelectMany((entry, index) => CheckValue(scope, items, entry, $"{path}[{index}]")));
    }

    private IEnumerable<string> CheckUnion(Scope scope, JsonElement schema, JsonElement value, string path)
    {
        if (Lexicon.Text(value, "$type") is not { } type)
            return [$"{path} has no $type"];
        var reference = schema.GetProperty("refs").EnumerateArray().Select(entry => entry.GetString()!)
            .FirstOrDefault(entry => (entry.StartsWith('#') ? scope.Lexicon.Id + entry : entry) == type);
        if (reference is not null)
            return Follow(scope, reference, value, path);
        return scope.Closed || Lexicon.Member(schema, "closed")?.ValueKind == JsonValueKind.True
            ? [$"{path} is a {type}, which is not in the lexicon"]
            : [];
    }

    private IEnumerable<string> Follow(Scope scope, string reference, JsonElement value, string path) =>
        catalog.TryResolve(reference, scope.Lexicon, out var target, out var definition)
            ? CheckValue(scope with { Lexicon = target }, definition, value, path)
            : [$"{path}: {reference} cannot be resolved"];

    private static IEnumerable<string> Names(JsonElement schema, string list) =>
        Lexicon.Member(schema, list) is { } names ? names.EnumerateArray().Select(name => name.GetString()!) : [];

    /// <summary>The lexicon of local references, and whether unknown members are errors.</summary>
    private sealed record Scope(Lexicon Lexicon, bool Closed);
}
