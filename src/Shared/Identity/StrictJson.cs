using System.Text.Json;
using System.Text.Unicode;

namespace AtpKeyserver.Identity;

/// <summary>
/// Parses untrusted JSON (RFC 8259): an object in valid UTF-8 without a byte-order mark, comments, trailing commas or
/// duplicate properties at any depth (parsers must not disagree about the content), with bounded depth. The caller
/// limits the length.
/// </summary>
internal static class StrictJson
{
    /// <summary>
    /// The document; null if the JSON is invalid. Dispose of it before reusing <paramref name="utf8"/>.
    /// </summary>
    public static JsonDocument? ParseObject(ReadOnlyMemory<byte> utf8, int maxDepth)
    {
        // JsonDocument validates UTF-8 only in strings that are read.
        if (!Utf8.IsValid(utf8.Span))
            return null;
        JsonDocument? document = null;
        try
        {
            document = JsonDocument.Parse(
                utf8, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = maxDepth });
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
        }
        catch (JsonException)
        {
        }
        catch (InvalidOperationException)
        {
            // A property name with an unpaired surrogate.
        }

        document?.Dispose();
        return null;
    }

    /// <summary>The string property; null if it is absent, not a string, or has an unpaired surrogate.</summary>
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
