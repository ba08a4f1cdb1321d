using System.Text.Json;
using System.Text.Unicode;

namespace AtpKeyserver.Tests.Fuzz.Targets;

/// <summary>An object as an unrestricted reader sees it: the reference for the strict readers.</summary>
internal static class PlainJson
{
    /// <summary>The object; null if the input is not an object, not UTF-8, or nested too deeply.</summary>
    public static JsonElement? Object(ReadOnlyMemory<byte> utf8, int maxDepth)
    {
        if (!Utf8.IsValid(utf8.Span))
            return null;
        try
        {
            using var document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = maxDepth });
            return document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Whether the names in each object are unique valid text, at every depth.</summary>
    public static bool HasUniqueNames(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => TryNames(element) is { } names
            && names.Distinct(StringComparer.Ordinal).Count() == names.Count
            && element.EnumerateObject().All(member => HasUniqueNames(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().All(HasUniqueNames),
        _ => true,
    };

    /// <summary>
    /// The text of a member; null if it is absent, of another type, or contains half a surrogate pair.
    /// </summary>
    public static string? Text(JsonElement element, string name)
    {
        try
        {
            return element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
                ? value.GetString()
                : null;
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    public static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : null;

    private static List<string>? TryNames(JsonElement element)
    {
        try
        {
            return [.. element.EnumerateObject().Select(member => member.Name)];
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
