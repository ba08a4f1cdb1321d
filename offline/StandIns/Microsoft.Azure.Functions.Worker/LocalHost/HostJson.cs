using System.Text.Json;

namespace Microsoft.Azure.Functions.Worker.LocalHost;

/// <summary>What the host reads in <c>host.json</c>; everything else in it is ignored.</summary>
/// <remarks>Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json.</remarks>
/// <param name="RoutePrefix">Before every route; <c>api</c> unless set.</param>
/// <param name="MaxConcurrentRequests">HTTP functions that run at once; null: no limit.</param>
/// <param name="MaxOutstandingRequests">HTTP functions that run or wait; more get 429. Null: no limit.</param>
/// <param name="CustomHeaders">Put on every answer.</param>
/// <param name="LogLevels">As settings below <c>Logging:LogLevel</c>.</param>
internal sealed record HostJson(
    string RoutePrefix,
    int? MaxConcurrentRequests,
    int? MaxOutstandingRequests,
    IReadOnlyList<KeyValuePair<string, string>> CustomHeaders,
    IReadOnlyDictionary<string, string?> LogLevels)
{
    private const string DefaultRoutePrefix = "api";
    private static readonly JsonDocumentOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    /// <summary>Beside the app, unless <c>FUNCTIONS_APPLICATION_DIRECTORY</c> says otherwise.</summary>
    internal static string DirectoryFromEnvironment() =>
        Environment.GetEnvironmentVariable("FUNCTIONS_APPLICATION_DIRECTORY") is { Length: > 0 } set ? set : AppContext.BaseDirectory;

    /// <summary>Without a file the defaults hold.</summary>
    /// <exception cref="InvalidOperationException">The file is not JSON.</exception>
    internal static HostJson Read(string directory)
    {
        var path = Path.Combine(directory, "host.json");
        return Parse(File.Exists(path) ? File.ReadAllText(path) : "{}");
    }

    /// <exception cref="InvalidOperationException">The text is not JSON.</exception>
    internal static HostJson Parse(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Options);
            var http = Member(Member(document.RootElement, "extensions"), "http");
            var prefix = Member(http, "routePrefix");
            return new HostJson(
                prefix.ValueKind == JsonValueKind.String ? prefix.GetString()!.Trim('/') : DefaultRoutePrefix,
                Limit(Member(http, "maxConcurrentRequests")),
                Limit(Member(http, "maxOutstandingRequests")),
                Texts(Member(http, "customHeaders")),
                Texts(Member(Member(document.RootElement, "logging"), "logLevel"))
                    .ToDictionary(level => $"Logging:LogLevel:{level.Key}", string? (level) => level.Value));
        }
        catch (JsonException e)
        {
            throw new InvalidOperationException($"host.json is not JSON: {e.Message}", e);
        }
    }

    // The real host reads names without regard to case.
    private static JsonElement Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().FirstOrDefault(member => member.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value
            : default;

    // -1 is the host's word for "no limit".
    private static int? Limit(JsonElement element) =>
        element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out var limit) && limit > 0 ? limit : null;

    private static List<KeyValuePair<string, string>> Texts(JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
            ? [.. element.EnumerateObject()
                .Where(member => member.Value.ValueKind == JsonValueKind.String)
                .Select(member => KeyValuePair.Create(member.Name, member.Value.GetString()!))]
            : [];
}
