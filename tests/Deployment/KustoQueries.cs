using System.Text.Json;
using System.Text.RegularExpressions;
using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>Queries by name, as Azure gets them.</summary>
internal static partial class KustoQueries
{
    public const string AlertType = "Microsoft.Insights/scheduledQueryRules";

    public static IReadOnlyDictionary<string, string> Alerts { get; } = Infrastructure
        .Predict(Infrastructure.AlertQueries).OfType(AlertType)
        .ToDictionary(NameOf, alert => alert.At("properties.criteria.allOf").EnumerateArray().Single().Text("query"));

    public static IReadOnlyDictionary<string, string> Workbook { get; } = Charts()
        .ToDictionary(chart => $"chart {chart.Text("title")}", chart => chart.Text("query"));

    /// <summary>
    /// The queries in the documentation for operators: inline code that starts with the name of a table.
    /// </summary>
    public static IReadOnlyDictionary<string, string> Documents { get; } = Directory
        .EnumerateFiles(Path.Combine(Infrastructure.Root, "docs"), "*.md", SearchOption.AllDirectories)
        .SelectMany(file => Inline().Matches(File.ReadAllText(file)).Select(match => (
            Name: $"{Path.GetRelativePath(Infrastructure.Root, file)} at {match.Index}", Query: match.Groups[1].Value)))
        .ToDictionary(found => found.Name, found => found.Query);

    public static string NameOf(JsonElement alert) => $"alert {alert.Text("name")["keyserver-test-".Length..]}";

    private static IEnumerable<JsonElement> Charts()
    {
        var workbook = Infrastructure.Predict(Infrastructure.AllOptions).Single("Microsoft.Insights/workbooks");
        return JsonDocument.Parse(workbook.Text("properties.serializedData")).RootElement.At("items").EnumerateArray()
            .Select(item => item.At("content")).Where(content => content.TryGetProperty("query", out _));
    }

    [GeneratedRegex("`([A-Z][A-Za-z]+\\s*\\| [^`]+)`")]
    private static partial Regex Inline();
}
