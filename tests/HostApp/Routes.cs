using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.HostApp;

/// <summary>Overlapping routes: the function names decide.</summary>
public sealed class Routes
{
    [Function("A_Parameter")]
    public IResult Parameter(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "first/{name}")] HttpRequest request, string name) =>
        Results.Text($"A_Parameter {name}");

    [Function("B_LiteralBehind")]
    public IResult LiteralBehind(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "first/literal")] HttpRequest request) =>
        Results.Text($"B_LiteralBehind {request.Method}");

    [Function("c_LiteralBefore")]
    public IResult LiteralBefore(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "second/literal.with-dots")] HttpRequest request) =>
        Results.Text($"c_LiteralBefore {request.Method}");

    [Function("D_Parameter")]
    public IResult ParameterBehind(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "second/{name}")] HttpRequest request, string name) =>
        Results.Text($"D_Parameter {name}");

    [Function("E_Number")]
    public IResult Number(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "third/{n:int:min(3)}/{rest?}")] HttpRequest request,
        int n) =>
        Results.Text($"E_Number {n}");

    [Function("F_Rest")]
    public IResult Rest([
        HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "second/{*path}")] HttpRequest request, string path) =>
        Results.Text($"F_Rest {path}");

    [Function("G_LiteralBehindRest")]
    public IResult BehindRest(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "second/a/b")] HttpRequest request) =>
        Results.Text($"G_LiteralBehindRest {request.Method}");

    [Function("H_Get")]
    public IResult Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "verbs")] HttpRequest request) =>
        Results.Text($"H_Get {request.Method}");

    [Function("I_Post")]
    public IResult Post([HttpTrigger(AuthorizationLevel.Anonymous, "POST", Route = "verbs")] HttpRequest request) =>
        Results.Text($"I_Post {request.Method}");
}
