using AtpKeyserver.FunctionsHost;
using AtpKeyserver.FunctionsHost.Functions;
using AtpKeyserver.FunctionsHost.Worker.Rpc;
using AtpKeyserver.Tests.FunctionsHost.Support;

namespace AtpKeyserver.Tests.FunctionsHost.Parts;

/// <summary>The functions that the host accepts, and those that it refuses as the real host does.</summary>
public sealed class FunctionTests
{
    private const string Timer = """{"name":"timer","type":"timerTrigger","direction":"In","schedule":"SCHEDULE"}""";

    [Fact]
    public void Functions_are_sorted_by_name_ignoring_case()
    {
        var catalog = Read("", Http("b", "x"), Http("C", "y"), Http("A", "z"), OnSchedule("Sweep", "0 0 * * * *"));

        Assert.Equal(["A", "b", "C"], catalog.Http.Select(function => function.Name));
        Assert.Equal("Sweep", Assert.Single(catalog.Timers).Name);
    }

    [Theory]
    [InlineData("", "first/{name}", "first/{name}")]
    [InlineData("api", "/first/", "api/first")]
    [InlineData("api", "", "api/Named")]
    [InlineData("", "{ignored:maxlength(0)?}", "{ignored:maxlength(0)?}")]
    public void A_route_has_the_prefix_or_is_the_name(string prefix, string route, string expected) =>
        Assert.Equal(expected, Assert.Single(Read(prefix, Http("Named", route)).Http).Route);

    [Theory]
    [InlineData("a.b")]
    [InlineData("1a")]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("ä")]
    [InlineData("a\n")]
    public void An_invalid_function_name_is_refused(string name) =>
        Assert.Contains("a name must be a letter", Refusal("", Http(name, "x")), StringComparison.Ordinal);

    [Fact]
    public void A_name_has_at_most_128_characters()
    {
        var longest = "a-_" + new string('9', 125);

        Assert.Single(Read("", Http(longest, "x")).Http);
        Assert.Contains("a name must be a letter", Refusal("", Http(longest + "9", "x")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "admin/x")]
    [InlineData("", "Administrators")]
    [InlineData("", "/runtime")]
    [InlineData("api", "admin")]
    public void Routes_of_the_host_itself_are_refused(string prefix, string route) =>
        Assert.Contains("routes that start with admin or runtime are reserved", Refusal(prefix, Http("A", route)),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("a/{b")]
    [InlineData("a/{b}/{b}")]
    [InlineData("a/{b}{c}")]
    [InlineData("a//b")]
    [InlineData("a/{*b}/c")]
    [InlineData("a/{b:nonsense}")]
    [InlineData("a/{b:maxlength(x)}")]
    public void A_malformed_route_is_refused(string route) =>
        Assert.Contains($"A: the route '{route}' is invalid", Refusal("", Http("A", route)), StringComparison.Ordinal);

    [Theory]
    [InlineData(@"""get""", @"""GET"",""post""")]
    [InlineData("", "")]
    public void Two_functions_with_one_route_and_method_are_refused(string methods, string others) => Assert.Contains(
        "B: it has the same route and method as A",
        Refusal("", Http("A", "x/{y}", methods), Http("B", "X/{y}", others)),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("x", @"""get""", "x", @"""post""")]
    [InlineData("x", "", "x", @"""post""")]
    [InlineData("x", @"""get""", "y", @"""get""")]
    public void Two_functions_with_different_routes_or_methods_are_accepted(
        string route, string methods, string other, string others) =>
        Assert.Equal(2, Read("", Http("A", route, methods), Http("B", other, others)).Http.Count);

    [Fact]
    public void Two_functions_with_one_name_are_refused() =>
        Assert.Contains("Twin: 2 functions have this name", Refusal("", Http("Twin", "a"), Http("twin", "b")),
            StringComparison.OrdinalIgnoreCase);

    [Theory]
    [InlineData("sometimes", "neither an NCRONTAB expression")]
    [InlineData("0 * * * *", "neither an NCRONTAB expression")]
    [InlineData("60 * * * * *", "neither an NCRONTAB expression")]
    [InlineData("0 0 0 31 2 *", "never occurs")]
    [InlineData("00:00:00", "not a positive time span")]
    [InlineData("%Unset%", "the setting Unset")]
    [InlineData("", "neither an NCRONTAB expression")]
    public void An_invalid_schedule_or_one_that_never_occurs_is_refused(string schedule, string reason) =>
        Assert.Contains(
            "Sweep: the "
            + $"{(reason.StartsWith("the ", StringComparison.Ordinal) ? reason[4..] : $"schedule '{schedule}'")}",
            Refusal("", OnSchedule("Sweep", schedule)), StringComparison.Ordinal);

    [Fact]
    public void A_function_has_one_trigger_of_a_known_kind()
    {
        var none = Function("None", """{"name":"$return","type":"http","direction":"Out"}""");
        var two = Function("Two", Timer.Replace("SCHEDULE", "* * * * * *", StringComparison.Ordinal),
            """{"name":"r","type":"httpTrigger"}""");
        var queue = Function("Queue", """{"name":"item","type":"queueTrigger"}""");
        var broken = Function("Broken", "{");
        var refusal = Refusal("", none, two, queue, broken);

        Assert.Contains("None: a function has one trigger, not 0", refusal, StringComparison.Ordinal);
        Assert.Contains("Two: a function has one trigger, not 2", refusal, StringComparison.Ordinal);
        Assert.Contains("Queue: this host does not support queueTrigger", refusal, StringComparison.Ordinal);
        Assert.Contains("Broken: ", refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(@"""anonymous""", true)]
    [InlineData(@"""Function""", false)]
    [InlineData(@"""Admin""", false)]
    [InlineData("null", false)]
    public void A_function_that_is_not_anonymous_needs_a_key(string level, bool isAnonymous)
    {
        var function = Function("A", $$"""{"authLevel":{{level}},"name":"r","type":"httpTrigger"}""");

        Assert.Equal(isAnonymous, Assert.Single(Read("", function).Http).IsAnonymous);
    }

    [Theory]
    [InlineData("0 * * * * *", null, true)]
    [InlineData("*/30 * * * * *", null, false)]
    [InlineData("0 0 3 * * *", "false", false)]
    [InlineData("00:00:59", null, false)]
    [InlineData("01:00:00", "true", true)]
    public void A_timer_is_monitored_from_one_minute_up(string schedule, string? useMonitor, bool isMonitored)
    {
        var binding = useMonitor is null
            ? Timer
            : Timer.Replace("}", $$""", "useMonitor": {{useMonitor}} }""", StringComparison.Ordinal);
        var function = Function("Sweep", binding.Replace("SCHEDULE", schedule, StringComparison.Ordinal));

        Assert.Equal(isMonitored, Assert.Single(Read("", function).Timers).IsMonitored);
    }

    private static RpcFunctionMetadata Http(string name, string route, string methods = @"""get""") => Function(
        name, $$"""{"name":"request","type":"httpTrigger","direction":"In","authLevel":"Anonymous","methods":"""
                + $$"""[{{methods}}],"route":"{{route}}"}""",
        """{"name":"$return","type":"http","direction":"Out"}""");

    private static RpcFunctionMetadata OnSchedule(string name, string schedule) =>
        Function(name, Timer.Replace("SCHEDULE", schedule, StringComparison.Ordinal));

    private static RpcFunctionMetadata Function(string name, params string[] bindings) =>
        new() { Name = name, RawBindings = { bindings } };

    private static FunctionCatalog Read(string prefix, params RpcFunctionMetadata[] functions)
    {
        var hostJson =
            SettingsFolder.ReadHostJson($$"""{ "extensions": { "http": { "routePrefix": "{{prefix}}" } } }""");
        return FunctionCatalog.Read(functions, new FunctionReader(hostJson, SettingsFolder.Settings()));
    }

    private static string Refusal(string prefix, params RpcFunctionMetadata[] functions) =>
        Assert.Throws<HostException>(() => Read(prefix, functions)).Message;
}
