using AtpKeyserver.FunctionsHost.Functions;
using AtpKeyserver.FunctionsHost.Settings;
using AtpKeyserver.FunctionsHost.Timers;
using AtpKeyserver.FunctionsHost.Worker.Rpc;

namespace AtpKeyserver.Tests.FunctionsHost;

/// <summary>Functions that the real host refuses.</summary>
public sealed class RefusalTests
{
    [Theory]
    [InlineData("with.dot")]
    [InlineData("1st")]
    [InlineData("")]
    public void A_wrong_name_is_refused(string name) => IsRefused("a name is a letter", Http(name, "a"));

    [Fact]
    public void A_name_of_129_characters_is_refused() => IsRefused("a name is a letter", Http(new string('a', 129), "a"));

    [Theory]
    [InlineData("admin/x")]
    [InlineData("runtimeOf")]
    public void A_route_that_the_host_keeps_for_itself_is_refused(string route) => IsRefused("for itself", Http("A", route));

    [Fact]
    public void A_malformed_route_is_refused() => IsRefused("is invalid", Http("A", "a/{b"));

    [Fact]
    public void Two_functions_of_one_name_are_refused() => IsRefused("2 functions have this name", Http("Same", "a"), Http("same", "b"));

    [Fact]
    public void Two_functions_on_one_route_and_method_are_refused()
    {
        IsRefused("B: its route and method are those of A", Http("A", "x", "get", "post"), Http("B", "X", "post"));
        IsRefused("B: its route and method are those of A", Http("A", "x"), Http("B", "x"));
        Assert.Equal(2, Read(Http("A", "x", "get"), Http("B", "x", "post")).Http.Count);
    }

    [Theory]
    [InlineData("* * * * *")]
    [InlineData("0 0 25 * * *")]
    [InlineData("0 0 0 31 2 *")]
    [InlineData("-00:01:00")]
    [InlineData("often")]
    [InlineData("%MISSING%")]
    public void A_wrong_schedule_is_refused(string schedule) => IsRefused("schedule", Timer("A", schedule));

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once()
    {
        var refusal = Assert.Throws<HostException>(() => Read(Http("1", "a"), Timer("B", "often")));
        Assert.Contains("1: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("B: ", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0 0 * * * *", "2026-03-01T11:30:00", "2026-03-01T12:00:00")]
    [InlineData("40 */5 * * * *", "2026-03-01T11:30:40", "2026-03-01T11:35:40")]
    [InlineData("0 0 0 29 2 *", "2026-03-01T00:00:00", "2028-02-29T00:00:00")]
    [InlineData("00:10:00", "2026-03-01T11:30:00", "2026-03-01T11:40:00")]
    public void A_schedule_is_read_in_UTC(string schedule, string after, string next) =>
        Assert.Equal(Time(next), Schedule.Parse(schedule).Next(Time(after)));

    private static DateTime Time(string text) => DateTime.SpecifyKind(DateTime.Parse(text, null), DateTimeKind.Utc);

    private static void IsRefused(string reason, params RpcFunctionMetadata[] functions) =>
        Assert.Contains(reason, Assert.Throws<HostException>(() => Read(functions)).Message, StringComparison.Ordinal);

    private static FunctionCatalog Read(params RpcFunctionMetadata[] functions)
    {
        var settings = new HostSettings(RunningHost.Options(_ => { }));
        return FunctionCatalog.Read(functions, new FunctionReader(HostJson.Read(RunningHost.Folder, settings), settings));
    }

    private static RpcFunctionMetadata Http(string name, string route, params string[] methods)
    {
        var list = string.Join(',', methods.Select(method => $"\"{method}\""));
        return Function(name, $$"""
            {"name":"request","type":"httpTrigger","direction":"In","authLevel":"Anonymous","route":"{{route}}","methods":[{{list}}]}
            """);
    }

    private static RpcFunctionMetadata Timer(string name, string schedule) =>
        Function(name, $$"""{"name":"timer","type":"timerTrigger","direction":"In","schedule":"{{schedule}}"}""");

    private static RpcFunctionMetadata Function(string name, string binding) =>
        new() { Name = name, FunctionId = name, RawBindings = { binding, """{"name":"$return","type":"http","direction":"Out"}""" } };
}
