using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>Functions that answer with their names and what their routes captured.</summary>
public static class RouteFunctions
{
    /// <summary>A catch-all that comes last, a template that comes before a literal, and one that comes after.</summary>
    public sealed class Ordered
    {
        [Function("A_template")]
        public IResult Template([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "first/{name}")] HttpRequest request) =>
            Say("A_template", request);

        [Function("B_literal_behind")]
        public IResult Behind([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "first/literal")] HttpRequest request) =>
            Say("B_literal_behind", request);

        [Function("c_literal_before")]
        public IResult Before([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "second/literal.with-dots")] HttpRequest request) =>
            Say("c_literal_before", request);

        [Function("D_template")]
        public IResult Second([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "second/{name}")] HttpRequest request) =>
            Say("D_template", request);

        [Function("E_number")]
        public IResult Number(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "third/{n:int:min(3)}/{rest?}")] HttpRequest request) =>
            Say("E_number", request);

        [Function("F_root")]
        public IResult Root([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{ignored:maxlength(0)?}")] HttpRequest request) =>
            Say("F_root", request);

        [Function("G_named")]
        public IResult Named([HttpTrigger(AuthorizationLevel.Anonymous, "put")] HttpRequest request) => Say("G_named", request);

        [Function("Z_rest")]
        public IResult Rest([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request) => Say("Z_rest", request);
    }

    /// <summary>No function takes every verb.</summary>
    public sealed class OneVerb
    {
        [Function("Only")]
        public IResult Only([HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "only")] HttpRequest request) =>
            Say("Only", request);
    }

    /// <summary>A catch-all whose name comes first swallows everything.</summary>
    public sealed class Swallowing
    {
        [Function("A_rest")]
        public IResult Rest([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request) => Say("A_rest", request);

        [Function("B_literal")]
        public IResult Literal([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "literal")] HttpRequest request) =>
            Say("B_literal", request);
    }

    private static IResult Say(string name, HttpRequest request)
    {
        var values = request.RouteValues.Where(value => value.Value is not null).Select(value => $" {value.Key}={value.Value}");
        return Results.Text(name + string.Concat(values));
    }
}
