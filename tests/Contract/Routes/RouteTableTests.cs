using System.Reflection;
using AtpKeyserver.Functions.Endpoints;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.Support.Lexicons;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.Contract.Routes;

/// <summary>Route table, lexicons and function classes agree.</summary>
public sealed class RouteTableTests
{
    private static readonly Endpoint[] Endpoints = [.. typeof(CatchAll).Assembly.GetTypes()
        .SelectMany(type => type.GetMethods())
        .Where(method => method.GetCustomAttribute<FunctionAttribute>() is not null)
        .Select(Endpoint.Of)];

    private static readonly string[] WithoutNsid =
    [
        "{ignored:maxlength(0)?}", ".well-known/did.json", ".well-known/security.txt", "xrpc/_health",
        "tlog/checkpoint", "tlog/tile/{*path}", "{*path}",
    ];

    private static readonly string[] AllNsids =
        [.. XrpcMethods.All.SelectMany(m => m.Names).Order(StringComparer.Ordinal)];

    public static TheoryData<string> Nsids => new(AllNsids);

    [Fact]
    public void Every_method_and_alias_has_exactly_one_function()
    {
        var routes = Endpoints.Where(e => e.IsHttp).Select(e => e.Route).Except(WithoutNsid)
            .Order(StringComparer.Ordinal);
        Assert.Equal(AllNsids.Select(nsid => XrpcMethod.Prefix + nsid), routes);
    }

    [Fact]
    public void Every_method_has_exactly_one_lexicon() =>
        Assert.Equal(
            XrpcMethods.All.Select(method => method.Nsid).Order(StringComparer.Ordinal),
            LexiconCatalog.Product.Methods.Select(l => l.Id).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Nsids))]
    public void Verbs_and_kinds_agree(string nsid)
    {
        var method = XrpcMethods.Find(nsid)!;
        var endpoint = Assert.Single(Endpoints, e => e.Route == XrpcMethod.Prefix + nsid);
        Assert.Equal(method.Kind == XrpcKind.Query ? ["get", "head"] : ["post"], endpoint.Verbs);
        Assert.Equal(method.Kind == XrpcKind.Query ? "query" : "procedure", LexiconCatalog.Product[method.Nsid].Kind);
    }

    [Fact]
    public void An_alias_is_served_by_the_class_of_its_method() =>
        Assert.All(XrpcMethods.All, method =>
            Assert.Single(method.Names
                .Select(nsid => Endpoints.Single(e => e.Route == XrpcMethod.Prefix + nsid).Type).Distinct()));

    [Fact]
    public void The_catch_all_sorts_last() =>
        Assert.Equal("ZzCatchAll", Endpoints.Select(e => e.Name).Order(StringComparer.OrdinalIgnoreCase).Last());

    [Fact]
    public void Function_names_are_valid_for_the_host() =>
        Assert.All(Endpoints, e => Assert.Matches("^[A-Za-z][A-Za-z0-9_-]{0,127}$", e.Name));

    private sealed record Endpoint(string Name, Type Type, bool IsHttp, string? Route, string[] Verbs)
    {
        public static Endpoint Of(MethodInfo method)
        {
            var trigger = method.GetParameters().Select(p => p.GetCustomAttribute<HttpTriggerAttribute>())
                .FirstOrDefault(t => t is not null);
            return new Endpoint(
                method.GetCustomAttribute<FunctionAttribute>()!.Name, method.DeclaringType!, trigger is not null,
                trigger?.Route, trigger?.Methods ?? []);
        }
    }
}
