using Microsoft.Azure.Functions.Worker.LocalHost;

namespace AtpKeyserver.Tests.Unit.StandIns.Host;

/// <summary>What the local host reads in host.json.</summary>
public sealed class HostJsonTests
{
    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("""{"version":"2.0","extensions":{"http":{"maxConcurrentRequests":-1,"routePrefix":7}}}""")]
    [InlineData("""{"extensions":[],"logging":{"logLevel":"none"}}""")]
    public void What_is_not_set_has_the_hosts_defaults(string json)
    {
        var host = HostJson.Parse(json);

        Assert.Equal("api", host.RoutePrefix);
        Assert.Null(host.MaxConcurrentRequests);
        Assert.Null(host.MaxOutstandingRequests);
        Assert.Empty(host.CustomHeaders);
        Assert.Empty(host.LogLevels);
    }

    [Fact]
    public void What_is_set_is_read()
    {
        var host = HostJson.Parse("""
            {
              // a comment
              "functionTimeout": "00:10:00",
              "extensions": { "http": {
                "routePrefix": "/v1/", "maxConcurrentRequests": 5, "maxOutstandingRequests": 9,
                "customHeaders": { "X-Content-Type-Options": "nosniff" } } },
              "logging": { "logLevel": { "default": "Warning", "Function.Sweep": "Debug" } },
            }
            """);

        Assert.Equal("v1", host.RoutePrefix);
        Assert.Equal((5, 9), (host.MaxConcurrentRequests, host.MaxOutstandingRequests));
        Assert.Equal("nosniff", Assert.Single(host.CustomHeaders).Value);
        Assert.Equal("Debug", host.LogLevels["Logging:LogLevel:Function.Sweep"]);
    }

    [Fact]
    public void A_file_that_is_not_json_is_refused() =>
        Assert.Contains("host.json", Assert.Throws<InvalidOperationException>(() => HostJson.Parse("{")).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_a_file_the_defaults_hold() =>
        Assert.Equal("api", HostJson.Read(Path.Combine(Path.GetTempPath(), "there-is-no-such-directory")).RoutePrefix);
}
