using System.Text.Json;

namespace AtpKeyserver.Tests.Support.Lexicons;

/// <summary>
/// One lexicon file: a query or procedure, or shared definitions (an id that ends in <c>.defs</c>). The parser only
/// checks that it is JSON without duplicate members. <see href="https://atproto.com/specs/lexicon"/>
/// </summary>
public sealed class Lexicon
{
    private Lexicon(string path, JsonElement document)
    {
        Path = path;
        Document = document;
    }

    /// <summary>
    /// The path of the file below <c>lexicons/</c>, with <c>/</c>: <c>dev/atpkeyserver/alpha/group/getKey.json</c>.
    /// </summary>
    public string Path { get; }

    public JsonElement Document { get; }

    /// <summary>The NSID; empty if the file has none.</summary>
    public string Id => Text(Document, "id") ?? "";

    /// <summary>The definition <c>main</c>, or null.</summary>
    public JsonElement? Main => Definition("main");

    /// <summary><c>query</c> or <c>procedure</c>; null without a main definition.</summary>
    public string? Kind => Main is { } main ? Text(main, "type") : null;

    public JsonElement? InputSchema => Schema("input");

    public JsonElement? OutputSchema => Schema("output");

    /// <summary>The errors that the method lists, without those that every method can return.</summary>
    public IReadOnlyList<string> ErrorNames =>
        Main is { } main && main.TryGetProperty("errors", out var errors)
            ? [.. errors.EnumerateArray().Select(error => Text(error, "name") ?? "")]
            : [];

    /// <exception cref="JsonException">The text is not a JSON object, or a member is repeated.</exception>
    public static Lexicon Parse(string path, string json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException($"{path} is not a JSON object");
        return new Lexicon(path, document.RootElement.Clone());
    }

    public JsonElement? Definition(string name) => Member(Document, "defs") is { } defs ? Member(defs, name) : null;

    public override string ToString() => Path;

    internal static string? Text(JsonElement element, string name) =>
        Member(element, name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    internal static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    private JsonElement? Schema(string body) =>
        Main is { } main && Member(main, body) is { } described ? Member(described, "schema") : null;
}
