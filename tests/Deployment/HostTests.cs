using System.Text.Json;
using System.Text.RegularExpressions;
using AtpKeyserver.Tests.Deployment.Bicep;

namespace AtpKeyserver.Tests.Deployment;

/// <summary>The plan and host.json agree.</summary>
public sealed partial class HostTests
{
    private static readonly JsonElement Host =
        JsonDocument.Parse(File.ReadAllText(Path.Combine(Infrastructure.Root, "host.json"))).RootElement;

    private static IEnumerable<JsonElement> Apps => Infrastructure.Deployments
        .Select(deployment => deployment.Single("Microsoft.Web/sites").At("properties.functionAppConfig"));

    private static int HostConcurrency => Host.At("extensions.http.maxConcurrentRequests").GetInt32();

    [Fact]
    public void The_host_accepts_as_many_concurrent_calls_as_the_plan_sends()
    {
        var limits = Infrastructure.Template.Json.At("definitions.scaling.properties.concurrency");
        Assert.Equal(64, limits.At("minValue").GetInt32());
        Assert.Equal(HostConcurrency, limits.At("maxValue").GetInt32());
        Assert.All(Apps, app => Assert.InRange(
            app.At("scaleAndConcurrency.triggers.http.perInstanceConcurrency").GetInt32(), 64, HostConcurrency));
    }

    [Fact]
    public void The_plan_uses_the_framework_of_the_app()
    {
        var build = File.ReadAllText(Path.Combine(Infrastructure.Root, "Directory.Build.props"));
        var framework = TargetFramework().Match(build).Groups[1].Value;
        Assert.All(Apps, app =>
        {
            Assert.Equal("dotnet-isolated", app.Text("runtime.name"));
            Assert.Equal(framework, app.Text("runtime.version"));
        });
    }

    /// <summary>
    /// By default the host sends each query string to Application Insights, as a dependency and in its log.
    /// </summary>
    [Fact]
    public void The_host_does_not_log_query_strings()
    {
        var insights = Host.At("logging.applicationInsights");
        Assert.False(insights.Flag("enableDependencyTracking"));
        Assert.False(insights.Flag("httpAutoCollectionOptions.enableHttpTriggerExtendedInfoCollection"));
        var levels = Host.At("logging.logLevel");
        Assert.Equal("None", levels.GetProperty("Host.Results").GetString());
        Assert.Equal("None", levels.GetProperty("Microsoft.AspNetCore.Hosting.Diagnostics").GetString());
    }

    [Fact]
    public void Routes_have_no_prefix() =>
        Assert.Equal("", Host.Text("extensions.http.routePrefix"));

    [GeneratedRegex("<TargetFramework>net([0-9.]+)</TargetFramework>")]
    private static partial Regex TargetFramework();
}
