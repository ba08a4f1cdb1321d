using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.FunctionsHost.Settings;

/// <summary>
/// The supported settings of <c>host.json</c>; others are ignored. A setting such as
/// <c>AzureFunctionsJobHost__logging__logLevel__default</c> overrides the file.
/// </summary>
/// <remarks>Source: https://learn.microsoft.com/azure/azure-functions/functions-host-json.</remarks>
internal sealed record HostJson
{
    private const string OverridePrefix = "AzureFunctionsJobHost__";

    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(30);

    /// <summary>The prefix of all routes, without leading or trailing slashes.</summary>
    public string RoutePrefix { get; private init; } = "api";

    /// <summary>The maximum number of running HTTP functions; null: no limit.</summary>
    public int? MaxConcurrentRequests { get; private init; }

    /// <summary>
    /// The maximum number of running and waiting HTTP functions; further requests get 429. Null: no limit.
    /// </summary>
    public int? MaxOutstandingRequests { get; private init; }

    /// <summary>Headers of all responses.</summary>
    public IReadOnlyDictionary<string, string> CustomHeaders { get; private init; } = new Dictionary<string, string>();

    /// <summary>The maximum run time of a function; null: no limit.</summary>
    public TimeSpan? FunctionTimeout { get; private init; } = DefaultTimeout;

    /// <summary>The minimum log level by category prefix.</summary>
    public IReadOnlyDictionary<string, LogLevel> LogLevels { get; private init; } = new Dictionary<string, LogLevel>();

    /// <exception cref="HostException">The file is missing, is not JSON, or has a value of the wrong type.</exception>
    public static HostJson Read(string folder, HostSettings settings)
    {
        var path = Path.Combine(folder, "host.json");
        if (!File.Exists(path))
            throw new HostException($"{path} is missing. The folder is not a published function app.");
        try
        {
            var json = new ConfigurationBuilder().AddJsonFile(path).AddInMemoryCollection(Overrides(settings)).Build();
            var http = json.GetSection("extensions:http");
            return new HostJson
            {
                RoutePrefix = http.GetSection("routePrefix").Exists() ? (http["routePrefix"] ?? "").Trim('/') : "api",
                MaxConcurrentRequests = Limit(http["maxConcurrentRequests"]),
                MaxOutstandingRequests = Limit(http["maxOutstandingRequests"]),
                CustomHeaders = http.GetSection("customHeaders").Get<Dictionary<string, string>>() ?? [],
                FunctionTimeout = Timeout(json["functionTimeout"]),
                LogLevels = json.GetSection("logging:logLevel").GetChildren().ToDictionary(
                    level => level.Key, level => Level(level.Value), StringComparer.OrdinalIgnoreCase),
            };
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or InvalidOperationException
            or OverflowException)
        {
            throw new HostException($"{path} is invalid: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    private static Dictionary<string, string?> Overrides(HostSettings settings) => settings.Values
        .Where(value => value.Key.StartsWith(OverridePrefix, StringComparison.OrdinalIgnoreCase))
        .ToDictionary(
            value => value.Key[OverridePrefix.Length..].Replace("__", ":", StringComparison.Ordinal),
            string? (value) => value.Value);

    // -1 means no limit.
    private static int? Limit(string? text) =>
        text is not null && int.Parse(text, CultureInfo.InvariantCulture) is > 0 and var limit ? limit : null;

    private static LogLevel Level(string? text) =>
        Enum.TryParse<LogLevel>(text, ignoreCase: true, out var level)
            ? level
            : throw new FormatException($"unknown log level '{text}'");

    private static TimeSpan? Timeout(string? text) => text switch
    {
        null => DefaultTimeout,
        "-1" => null,
        _ => TimeSpan.Parse(text, CultureInfo.InvariantCulture),
    };
}
