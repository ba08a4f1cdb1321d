using System.Text.Json;
using System.Text.Unicode;

namespace AtpKeyserver.Identity;

/// <summary>
/// JSON from strangers: RFC 8259 to the letter, an object, valid UTF-8 without a byte-order mark, no comments or trailing commas, no
/// property twice at any depth (two readers must never see two different documents), bounded depth. The caller bounds the length.
/// </summary>
internal static class StrictJson
{
    /// <summary>The document, to be disposed of before <paramref name="utf8"/> is used for anything else; null if it is not one.</summary>
    public static JsonDocument? ParseObject(ReadOnlyMemory<byte> utf8, int maxDepth)
    {
        // The reader checks UTF-8 only in strings that are asked for.
        if (!Utf8.IsValid(utf8.Span))
            return null;
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = maxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
        }
        catch (JsonException)
        {
        }
        catch (InvalidOperationException)
        {
            // A property name with half a surrogate pair.
        }

        document?.Dispose();
        return null;
    }

    /// <summary>The string property of this name; null if it is absent, of another type, or holds half a surrogate pair.</summary>
    public static string? Text(JsonElement element, ReadOnlySpan<byte> name)
    {
        if (!element.TryGetProperty(name, out var value) || value.ValueKind != JsonValueKind.String)
            return null;
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
