using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.HostApp;

/// <summary>Answers with what it was asked.</summary>
public sealed class Echo
{
    [Function("Echo")]
    public async Task<IResult> Any([HttpTrigger(AuthorizationLevel.Anonymous, Route = "echo/{name?}")] HttpRequest request, string? name)
    {
        using var reader = new StreamReader(request.Body);
        return Results.Json(new
        {
            method = request.Method,
            path = request.Path.Value,
            query = request.QueryString.Value,
            host = request.Host.Value,
            scheme = request.Scheme,
            name,
            address = request.HttpContext.Connection.RemoteIpAddress?.ToString(),
            headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString()),
            body = await reader.ReadToEndAsync(),
            setting = Environment.GetEnvironmentVariable("HOSTAPP_SETTING"),
        });
    }

    /// <summary>Its name comes before that of the function with the literal route.</summary>
    [Function("AFirst")]
    public IResult First([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "order/{name}")] HttpRequest request) =>
        Results.Text("AFirst");

    [Function("BSecond")]
    public IResult Second([HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "order/literal")] HttpRequest request) =>
        Results.Text("BSecond");

    [Function("Keyed")]
    public IResult Keyed([HttpTrigger(AuthorizationLevel.Function, "get", Route = "keyed")] HttpRequest request) => Results.Text("open");
}
