using System.Text.Json;

namespace AtpKeyserver.Tests.Contract.Lexicons;

/// <summary>
/// The allowed members of each part of a lexicon; a misspelled member would be a rule that nobody checks.
/// </summary>
internal static class LexiconMembers
{
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["lexicon"] = ["lexicon", "id", "description", "defs"],
        ["query"] = ["type", "description", "parameters", "output", "errors"],
        ["procedure"] = ["type", "description", "parameters", "input", "output", "errors"],
        ["body"] = ["description", "encoding", "schema"],
        ["error"] = ["name", "description"],
        ["params"] = ["type", "description", "required", "properties"],
        ["object"] = ["type", "description", "required", "nullable", "properties"],
        ["array"] = ["type", "description", "items", "minLength", "maxLength"],
        ["string"] =
        [
            "type", "description", "format", "minLength", "maxLength", "minGraphemes", "maxGraphemes",
            "knownValues", "enum", "const", "default",
        ],
        ["integer"] = ["type", "description", "minimum", "maximum", "enum", "const", "default"],
        ["boolean"] = ["type", "description", "const", "default"],
        ["ref"] = ["type", "description", "ref"],
        ["union"] = ["type", "description", "refs", "closed"],
        ["unknown"] = ["type", "description"],
    };

    public static bool IsKnown(string part) => Allowed.ContainsKey(part);

    public static IEnumerable<string> Unknown(string part, JsonElement element, string path) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().Where(member => !Allowed[part].Contains(member.Name))
                .Select(member => $"{path}.{member.Name} is unknown in a {part}")
            : [$"{path} is not an object"];
}
