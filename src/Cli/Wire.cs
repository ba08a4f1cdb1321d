using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using AtpKeyserver.Client;

namespace AtpKeyserver.Cli;

/// <summary>
/// JSON in the form of the keyserver: members of responses in camelCase, members of entries in snake_case.
/// </summary>
internal static class Wire
{
    private static readonly JsonSerializerOptions Members = OptionsOf(JsonNamingPolicy.CamelCase);
    private static readonly JsonSerializerOptions MembersOfEntries = OptionsOf(JsonNamingPolicy.SnakeCaseLower);

    /// <summary>A response.</summary>
    public static JsonObject Response<T>(T value) => JsonSerializer.SerializeToNode(value, Members)!.AsObject();

    /// <summary>The entries of a list.</summary>
    public static JsonArray Entries<T>(IReadOnlyCollection<T> entries) =>
        JsonSerializer.SerializeToNode(entries, MembersOfEntries)!.AsArray();

    public static string Print(JsonNode json) => json.ToJsonString(Members);

    private static JsonSerializerOptions OptionsOf(JsonNamingPolicy naming) => new()
    {
        PropertyNamingPolicy = naming,
        WriteIndented = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new UtcConverter() },
    };
}
