using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.HostApp;

/// <summary>Functions that return the request that they received.</summary>
public sealed class Echo
{
    [Function("Echo")]
    public Task<IResult> Run(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "echo/{one}/{two?}")] HttpRequest request,
        FunctionContext context) =>
        DescribeAsync(request, context);

    [Function("EchoRoot")]
    public Task<IResult> Root(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "{ignored:maxlength(0)?}")] HttpRequest request,
        FunctionContext context) => DescribeAsync(request, context);

    [Function("EchoRest")]
    public Task<IResult> Rest(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "rest/{*path}")] HttpRequest request,
        FunctionContext context) => DescribeAsync(request, context);

    [Function("EchoWithoutRoute")]
    public Task<IResult> WithoutRoute(
        [HttpTrigger(AuthorizationLevel.Anonymous, "put")] HttpRequest request, FunctionContext context) =>
        DescribeAsync(request, context);

    [Function("EchoDisabled")]
    public Task<IResult> Disabled(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "disabled")] HttpRequest request, FunctionContext context) =>
        DescribeAsync(request, context);

    [Function("EchoForFunctionKey")]
    public Task<IResult> ForFunctionKey(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "guarded/function")] HttpRequest request,
        FunctionContext context) => DescribeAsync(request, context);

    [Function("EchoForAdminKey")]
    public Task<IResult> ForAdminKey(
        [HttpTrigger(AuthorizationLevel.Admin, "get", Route = "guarded/admin")] HttpRequest request,
        FunctionContext context) =>
        DescribeAsync(request, context);

    private static async Task<IResult> DescribeAsync(HttpRequest request, FunctionContext context)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.CancellationToken);
        return Results.Json(new Seen(
            context.FunctionDefinition.Name,
            request.Method,
            request.Path.Value ?? "",
            request.QueryString.Value ?? "",
            request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            context.BindingContext.BindingData
                .Where(value => value.Value is string && !request.Headers.ContainsKey(value.Key))
                .ToDictionary(value => value.Key, value => (string)value.Value!),
            body.Length,
            Convert.ToHexStringLower(SHA256.HashData(body.ToArray())),
            context.TraceContext.TraceParent,
            Environment.ProcessId));
    }

    private sealed record Seen(
        string Function, string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers,
        IReadOnlyDictionary<string, string> RouteValues, long BodyLength, string BodyHash, string TraceParent,
        int ProcessId);
}
