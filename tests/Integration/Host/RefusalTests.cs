using Microsoft.Azure.Functions.Worker.Builder;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>What the local host refuses at start because the real one would.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData(typeof(RefusedFunctions.DottedName), "a.b", "letter")]
    [InlineData(typeof(RefusedFunctions.DigitFirst), "1a", "letter")]
    [InlineData(typeof(RefusedFunctions.SameName), "Twin", "2 functions")]
    [InlineData(typeof(RefusedFunctions.SameRoute), "Two", "conflict with those of One")]
    [InlineData(typeof(RefusedFunctions.SameRouteAllVerbs), "Two", "conflict with those of One")]
    [InlineData(typeof(RefusedFunctions.AdminRoute), "Admin", "built in routes")]
    [InlineData(typeof(RefusedFunctions.RuntimeRoute), "RuntimeX", "built in routes")]
    [InlineData(typeof(RefusedFunctions.MalformedRoute), "Malformed", "route a/{b")]
    [InlineData(typeof(RefusedFunctions.UnknownConstraint), "Unknown", "nonsense")]
    [InlineData(typeof(RefusedFunctions.MalformedSchedule), "Sometimes", "six fields")]
    [InlineData(typeof(RefusedFunctions.MissingSetting), "Unset", "Never_Set")]
    [InlineData(typeof(RefusedFunctions.UnknownParameter), "Parameter", "parameter id")]
    [InlineData(typeof(RefusedFunctions.WrongTriggerType), "Wrong", "TimerInfo")]
    [InlineData(typeof(RefusedFunctions.NoTrigger), "Untriggered", "one trigger")]
    [InlineData(typeof(RefusedFunctions.UnknownResult), "Result", "IResult")]
    [InlineData(typeof(RefusedFunctions.NotPublic), "Hidden", "public")]
    public void A_host_with_such_a_function_does_not_start(Type functions, string name, string reason)
    {
        var message = RunningHost.Refusal(new HostOptions(), functions);

        Assert.Contains(name, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_refusals_come_at_once()
    {
        var message = RunningHost.Refusal(
            new HostOptions(), typeof(RefusedFunctions.DottedName), typeof(RefusedFunctions.MalformedSchedule));

        Assert.Contains("a.b", message, StringComparison.Ordinal);
        Assert.Contains("Sometimes", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Http_functions_need_the_integration() =>
        Assert.Contains(nameof(FunctionsApplicationBuilderAspNetCoreExtensions.ConfigureFunctionsWebApplication),
            RunningHost.Refusal(new HostOptions { AspNetCore = false }, typeof(RouteFunctions.OneVerb)), StringComparison.Ordinal);

    [Fact]
    public void An_open_address_needs_a_master_key() =>
        Assert.Contains("FUNCTIONS_MASTER_KEY",
            RunningHost.Refusal(new HostOptions { Urls = "http://127.0.0.1:0;http://0.0.0.0:0" }, typeof(RouteFunctions.OneVerb)),
            StringComparison.Ordinal);

    [Fact]
    public void A_builder_builds_once()
    {
        var builder = FunctionsApplication.CreateBuilder([]);
        builder.FunctionTypes = [];
        builder.Build().Dispose();

        Assert.Throws<InvalidOperationException>(builder.Build);
    }

    [Fact]
    public async Task One_route_may_have_two_functions_with_other_verbs()
    {
        await using var host = await RunningHost.StartAsync(typeof(RefusedFunctions.ApartByVerb));
        using var posted = await host.SendAsync("POST", "/same");

        Assert.Equal("One GET", await host.GetTextAsync("/same"));
        Assert.Equal("Two POST", await posted.Content.ReadAsStringAsync());
    }
}
