using System.Text.Json;
using System.Text.RegularExpressions;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.Contract.Lexicons;

/// <summary>
/// Lists the errors in a lexicon file, by the rules of the specification for the parts of the language that we use.
/// Parts that <see cref="LexiconValidator"/> cannot check are refused. <see href="https://atproto.com/specs/lexicon"/>
/// </summary>
internal sealed partial class LexiconChecker(LexiconCatalog catalog)
{
    public IReadOnlyList<string> Check(Lexicon lexicon) =>
    [
        .. LexiconMembers.Unknown("lexicon", lexicon.Document, "$"),
        .. CheckIdentity(lexicon),
        .. CheckDefinitions(lexicon),
    ];

    private static IEnumerable<string> CheckIdentity(Lexicon lexicon)
    {
        if (!lexicon.Document.TryGetProperty("lexicon", out var version) || version.GetRawText() != "1")
            yield return "$.lexicon is not 1";
        if (!LexiconFormats.IsValid("nsid", lexicon.Id))
            yield return $"$.id '{lexicon.Id}' is not an NSID";
        if (lexicon.Path != lexicon.Id.Replace('.', '/') + ".json")
            yield return $"$.id '{lexicon.Id}' does not belong to the path {lexicon.Path}";
    }

    private List<string> CheckDefinitions(Lexicon lexicon)
    {
        if (!lexicon.Document.TryGetProperty("defs", out var definitions)
            || definitions.ValueKind != JsonValueKind.Object)
            return ["$.defs is not an object"];
        var types = new LexiconTypeChecker(catalog, lexicon);
        List<string> problems = [];
        if (lexicon.Id.EndsWith(".defs", StringComparison.Ordinal) == definitions.TryGetProperty("main", out _))
            problems.Add("$.defs.main must exist in methods only");
        foreach (var definition in definitions.EnumerateObject())
        {
            var path = $"$.defs.{definition.Name}";
            problems.AddRange(definition.Name == "main"
                ? CheckMethod(types, definition.Value, path)
                : types.Check(definition.Value, path, "object", "array", "string", "integer", "boolean"));
        }

        return problems;
    }

    private static List<string> CheckMethod(LexiconTypeChecker types, JsonElement method, string path)
    {
        var kind = Text(method, "type");
        if (kind is not ("query" or "procedure"))
            return [$"{path}.type is neither query nor procedure"];
        List<string> problems = [.. LexiconMembers.Unknown(kind, method, path)];
        if (string.IsNullOrWhiteSpace(Text(method, "description")))
            problems.Add($"{path} has no description");
        if (method.TryGetProperty("parameters", out var parameters))
            problems.AddRange(types.Check(parameters, $"{path}.parameters", "params"));
        if (method.TryGetProperty("input", out var input))
            problems.AddRange(CheckBody(types, input, $"{path}.input"));
        problems.AddRange(method.TryGetProperty("output", out var output)
            ? CheckBody(types, output, $"{path}.output")
            : [$"{path} has no output"]);
        if (method.TryGetProperty("errors", out var errors))
            problems.AddRange(CheckErrors(errors, $"{path}.errors"));
        return problems;
    }

    private static IEnumerable<string> CheckBody(LexiconTypeChecker types, JsonElement body, string path) =>
    [
        .. LexiconMembers.Unknown("body", body, path),
        .. Text(body, "encoding") == "application/json" ? (string[])[] : [$"{path}.encoding is not application/json"],
        .. body.TryGetProperty("schema", out var schema)
            ? types.Check(schema, $"{path}.schema", "object", "ref", "union")
            : [$"{path} has no schema"],
    ];

    private static IEnumerable<string> CheckErrors(JsonElement errors, string path)
    {
        foreach (var error in errors.EnumerateArray())
        {
            foreach (var problem in LexiconMembers.Unknown("error", error, path))
                yield return problem;
            if (!ErrorNamePattern().IsMatch(Text(error, "name") ?? ""))
                yield return $"{path} has an invalid error name: '{Text(error, "name")}'";
            if (string.IsNullOrWhiteSpace(Text(error, "description")))
                yield return $"{path} does not describe '{Text(error, "name")}'";
        }

        foreach (var (name, count) in errors.EnumerateArray().CountBy(error => Text(error, "name") ?? "")
            .Where(count => count.Value > 1))
            yield return $"{path} names '{name}' {count} times";
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String
            ? member.GetString()
            : null;

    [GeneratedRegex(@"^[A-Z][A-Za-z]*\z")]
    private static partial Regex ErrorNamePattern();
}
