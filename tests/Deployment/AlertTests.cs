using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using AtpKeyserver.Observability;
using AtpKeyserver.Tests.Deployment.Bicep;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>Alerts name existing runbooks and metrics.</summary>
public sealed partial class AlertTests
{
    private static string[] Metrics => [.. Infrastructure.Template.Module("alerts").Variable("metrics").AllStrings()];

    [Fact]
    public void Every_alert_names_an_existing_runbook()
    {
        var headings = Heading().Matches(File.ReadAllText(Path.Combine(Infrastructure.Root, "docs", "OPERATIONS.md")))
            .Select(match => Anchor(match.Groups[1].Value)).ToArray();
        var deployment = Infrastructure.Predict(Infrastructure.AllOptions);
        var logAlerts = deployment.OfType("Microsoft.Insights/scheduledQueryRules").ToArray();
        var metricAlerts = deployment.OfType("Microsoft.Insights/metricAlerts").ToArray();
        Assert.NotEmpty(logAlerts);
        Assert.NotEmpty(metricAlerts);
        Assert.All(logAlerts.Concat(metricAlerts), alert =>
        {
            var runbook = Runbook().Match(alert.Text("properties.description"));
            Assert.True(runbook.Success, alert.ToString());
            Assert.Contains(runbook.Groups[1].Value, headings);
        });
        Assert.All(logAlerts, alert => Assert.EndsWith(
            $" Runbook: {alert.Text("properties.actions.customProperties.runbook")}",
            alert.Text("properties.description"),
            StringComparison.Ordinal));
    }

    [Fact]
    public void Metric_names_are_defined_in_one_place()
    {
        Assert.All(Metrics, name => Assert.Matches("^keyserver(\\.[a-z]+)+$", name));
        Assert.Equal(Metrics.Distinct(), Metrics);
        Assert.All(Infrastructure.Sources.Where(file => file != "metrics.bicep"), file =>
            Assert.DoesNotContain("\"keyserver.", Infrastructure.TextOf(file), StringComparison.Ordinal));
    }

    [Fact]
    public void Exactly_the_metrics_of_the_app_are_defined_there()
    {
        var measured = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == KeyserverMetrics.MeterName)
                measured.Add(instrument.Name);
        };
        listener.Start();
        using var services = new ServiceCollection().AddMetrics().AddSingleton<KeyserverMetrics>()
            .BuildServiceProvider();
        services.GetRequiredService<KeyserverMetrics>();
        Assert.Equal(Metrics.Order(), measured.Order());
    }

    [Fact]
    public void Alerts_and_workbook_read_exactly_the_existing_metrics()
    {
        var read = KustoQueries.Alerts.Concat(KustoQueries.Workbook)
            .SelectMany(query => Metric().Matches(query.Value)).Select(match => match.Groups[1].Value).Distinct();
        Assert.Equal(Metrics.Order(), read.Order());
    }

    private static string Anchor(string heading) =>
        NoWord().Replace(heading.Trim().ToLowerInvariant().Replace(' ', '-'), "");

    [GeneratedRegex("^##+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^\\w-]")]
    private static partial Regex NoWord();

    [GeneratedRegex(@"^.+\. Runbook: https://example\.org/OPERATIONS\.md#([\w-]+)$")]
    private static partial Regex Runbook();

    [GeneratedRegex("\"(keyserver\\.[^\"]*)\"")]
    private static partial Regex Metric();
}
