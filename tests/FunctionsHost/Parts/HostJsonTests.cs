using AtpKeyserver.FunctionsHost.Settings;
using AtpKeyserver.Tests.FunctionsHost.Support;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Tests.FunctionsHost.Parts;

/// <summary>The settings in <c>host.json</c> and their overrides.</summary>
public sealed class HostJsonTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("""{"version":"2.0","extensions":{"http":{"maxConcurrentRequests":-1,"maxOutstandingRequests":-1}}}""")]
    [InlineData("""{"extensions":{"queues":{"batchSize":1}},"logging":{"applicationInsights":{}}}""")]
    public void Missing_settings_have_the_defaults_of_the_host(string json)
    {
        var host = SettingsFolder.ReadHostJson(json);

        Assert.Equal("api", host.RoutePrefix);
        Assert.Null(host.MaxConcurrentRequests);
        Assert.Null(host.MaxOutstandingRequests);
        Assert.Equal(TimeSpan.FromMinutes(30), host.FunctionTimeout);
        Assert.Empty(host.CustomHeaders);
        Assert.Empty(host.LogLevels);
    }

    [Fact]
    public void Settings_are_read()
    {
        var host = SettingsFolder.ReadHostJson("""
            {
              // a comment
              "functionTimeout": "00:10:00",
              "Extensions": { "HTTP": {
                "routePrefix": "/v1/x/", "maxConcurrentRequests": 5, "maxOutstandingRequests": 9,
                "customHeaders": { "X-Content-Type-Options": "nosniff" } } },
              "logging": { "logLevel": { "default": "warning", "Function.Sweep": "Debug" } },
            }
            """);

        Assert.Equal("v1/x", host.RoutePrefix);
        Assert.Equal((5, 9), (host.MaxConcurrentRequests, host.MaxOutstandingRequests));
        Assert.Equal(TimeSpan.FromMinutes(10), host.FunctionTimeout);
        Assert.Equal("nosniff", host.CustomHeaders["X-Content-Type-Options"]);
        Assert.Equal((LogLevel.Warning, LogLevel.Debug), (host.LogLevels["Default"], host.LogLevels["Function.Sweep"]));
    }

    [Fact]
    public void A_setting_overrides_the_file()
    {
        var host = SettingsFolder.ReadHostJson(
            """{"functionTimeout":"00:10:00","extensions":{"http":{"routePrefix":"x"}}"""
            + ""","logging":{"logLevel":{"default":"Warning"}}}""",
            ("AzureFunctionsJobHost__functionTimeout", "-1"),
            ("AzureFunctionsJobHost__extensions__http__routePrefix", ""),
            ("AzureFunctionsJobHost__logging__logLevel__default", "Error"));

        Assert.Null(host.FunctionTimeout);
        Assert.Equal("", host.RoutePrefix);
        Assert.Equal(LogLevel.Error, host.LogLevels["default"]);
    }

    [Fact]
    public void A_timeout_may_be_unlimited() =>
        Assert.Null(SettingsFolder.ReadHostJson("""{"functionTimeout":"-1"}""").FunctionTimeout);

    [Theory]
    [InlineData("AzureWebJobs.Sweep.Disabled", "true", true)]
    [InlineData("AzureWebJobs_Sweep_Disabled", "1", true)]
    [InlineData("azurewebjobs.sweep.disabled", "TRUE", true)]
    [InlineData("AzureWebJobs.Sweep.Disabled", "false", false)]
    [InlineData("AzureWebJobs.Sweep.Disabled", "", false)]
    [InlineData("AzureWebJobs.Other.Disabled", "true", false)]
    public void A_setting_disables_a_function(string name, string value, bool isDisabled) =>
        Assert.Equal(isDisabled, SettingsFolder.Settings((name, value)).IsDisabled("Sweep"));
}
