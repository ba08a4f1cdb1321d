using System.Text.Json;

namespace AtpKeyserver.Tests.Deployment.Bicep;

internal static class JsonReading
{
    /// <summary>The element at a dot-separated path of property names.</summary>
    public static JsonElement At(this JsonElement element, string path) =>
        path.Split('.').Aggregate(element, (parent, name) => parent.TryGetProperty(name, out var child)
            ? child
            : throw new KeyNotFoundException($"'{name}' of {path} is missing in {parent}"));

    public static string Text(this JsonElement element, string path) => element.At(path).GetString()!;

    public static bool Flag(this JsonElement element, string path) => element.At(path).GetBoolean();

    /// <summary>The properties of an object; none if it is missing.</summary>
    public static IEnumerable<JsonProperty> Members(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var child) ? child.EnumerateObject() : [];

    /// <summary>All properties of an element and its descendants.</summary>
    public static IEnumerable<JsonProperty> AllProperties(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .SelectMany(property => property.Value.AllProperties().Prepend(property)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => item.AllProperties()),
        _ => [],
    };

    /// <summary>All strings in an element, without property names.</summary>
    public static IEnumerable<string> AllStrings(this JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property => property.Value.AllStrings()),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(item => item.AllStrings()),
        JsonValueKind.String => [element.GetString()!],
        _ => [],
    };
}
