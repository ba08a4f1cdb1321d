using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using AtpKeyserver.Telemetry;
using AtpKeyserver.Tests.Deployment.Bicep;
using Microsoft.Extensions.DependencyInjection;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>The plan, host.json and what the alerts point to fit together.</summary>
public sealed partial class HostTests
{
    private static readonly JsonElement Http = JsonDocument.Parse(File.ReadAllText(Path.Combine(Infrastructure.Root, "host.json")))
        .RootElement.GetProperty("extensions").GetProperty("http");

    private static int HostConcurrency => Http.GetProperty("maxConcurrentRequests").GetInt32();

    [Fact]
    public void The_host_takes_as_many_calls_at_once_as_the_plan_sends()
    {
        var limits = Infrastructure.File("types.bicep").Root.Text;
        Assert.Contains($"@maxValue({HostConcurrency})\n  concurrency: int", limits, StringComparison.Ordinal);
        Assert.Contains("@minValue(64)", limits, StringComparison.Ordinal);
        var set = Infrastructure.All.SelectMany(file => file.Root.OfType("object_property"))
            .Where(property => property.Children[0].Text == "concurrency" && property.Children[^1].Type == "number")
            .Select(property => int.Parse(property.Children[^1].Text, CultureInfo.InvariantCulture))
            .ToArray();
        Assert.NotEmpty(set);
        Assert.All(set, concurrency => Assert.InRange(concurrency, 64, HostConcurrency));
    }

    [Fact]
    public void The_plan_runs_the_framework_that_the_app_is_built_for()
    {
        var runtime = Infrastructure.File("app.bicep").Root.OfType("object_property")
            .Single(property => property.Children[0].Text == "runtime").Children[^1];
        Assert.Equal("dotnet-isolated", runtime.Find("name")!.Unquoted);
        var build = File.ReadAllText(Path.Combine(Infrastructure.Root, "Directory.Build.props"));
        var framework = TargetFramework().Match(build).Groups[1].Value;
        Assert.Equal(framework, runtime.Find("version")!.Unquoted);
    }

    /// <summary>With its defaults the host sends the query of each call to Application Insights: as its own call of the worker, and in its log.</summary>
    [Fact]
    public void The_host_tells_nobody_what_was_asked_for()
    {
        var logging = JsonDocument.Parse(File.ReadAllText(Path.Combine(Infrastructure.Root, "host.json"))).RootElement.GetProperty("logging");
        var insights = logging.GetProperty("applicationInsights");
        Assert.False(insights.GetProperty("enableDependencyTracking").GetBoolean());
        Assert.False(insights.GetProperty("httpAutoCollectionOptions").GetProperty("enableHttpTriggerExtendedInfoCollection").GetBoolean());
        var levels = logging.GetProperty("logLevel");
        Assert.Equal("None", levels.GetProperty("Host.Results").GetString());
        Assert.Equal("None", levels.GetProperty("Microsoft.AspNetCore.Hosting.Diagnostics").GetString());
    }

    [Fact]
    public void Routes_have_no_prefix() =>
        Assert.Equal("", Http.GetProperty("routePrefix").GetString());

    [Fact]
    public void Every_alert_names_a_runbook_that_there_is()
    {
        var headings = Heading().Matches(File.ReadAllText(Path.Combine(Infrastructure.Root, "docs", "OPERATIONS.md")))
            .Select(match => Anchor(match.Groups[1].Value)).ToArray();
        var alerts = Infrastructure.File("alerts.bicep");
        string[] lists = ["queries", "availabilities", "probes"];
        var named = lists.SelectMany(list => alerts.Variable(list).Children).Select(alert => alert.Find("runbook")!.Unquoted).ToArray();
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(headings));
        Assert.All(alerts.Resources.Where(r => r.Name.EndsWith("Alerts", StringComparison.Ordinal)), r =>
            Assert.Contains(".runbook}", r.Body.Find("properties")!.Find("description")!.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Names_of_metrics_stand_in_one_place()
    {
        var names = Infrastructure.File("metrics.bicep").Variable("metrics").Properties.Values.Select(value => value.Unquoted).ToArray();
        Assert.All(names, name => Assert.Matches("^keyserver(\\.[a-z]+)+$", name));
        Assert.Equal(names.Distinct(), names);
        Assert.All(Infrastructure.Sources.Where(file => file.Name != "metrics.bicep"), file =>
            Assert.DoesNotContain("\"keyserver.", file.Root.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void What_the_app_measures_has_its_name_there_and_nothing_else_has()
    {
        var measured = new List<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name == KeyserverMetrics.MeterName)
                measured.Add(instrument.Name);
        };
        listener.Start();
        using var services = new ServiceCollection().AddMetrics().AddSingleton<KeyserverMetrics>().BuildServiceProvider();
        services.GetRequiredService<KeyserverMetrics>();
        var named = Infrastructure.File("metrics.bicep").Variable("metrics").Properties.Values.Select(value => value.Unquoted);
        Assert.Equal(named.Order(), measured.Order());
    }

    [Fact]
    public void Alerts_and_workbook_read_metrics_that_there_are_and_each_is_read()
    {
        var members = Infrastructure.File("metrics.bicep").Variable("metrics").Properties.Keys;
        string[] readers = ["alerts.bicep", "workbook.bicep"];
        var read = readers.SelectMany(file => Metric().Matches(Infrastructure.File(file).Root.Text))
            .Select(match => match.Groups[1].Value).Distinct();
        Assert.Equal(members.Order(), read.Order());
    }

    private static string Anchor(string heading) => NoWord().Replace(heading.Trim().ToLowerInvariant().Replace(' ', '-'), "");

    [GeneratedRegex("<TargetFramework>net([0-9.]+)</TargetFramework>")]
    private static partial Regex TargetFramework();

    [GeneratedRegex("^##+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex("[^\\w-]")]
    private static partial Regex NoWord();

    [GeneratedRegex("\\$\\{metrics\\.(\\w+)\\}")]
    private static partial Regex Metric();
}
