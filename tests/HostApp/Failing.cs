using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.HostApp;

/// <summary>Functions that fail, end the process, or do not end.</summary>
public sealed class Failing
{
    [Function("Throw")]
    public IResult Throw([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throw")] HttpRequest request) =>
        throw new InvalidOperationException("It was meant to fail.");

    [Function("ThrowLate")]
    public async Task ThrowLate([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "throw-late")] HttpRequest request)
    {
        await request.HttpContext.Response.WriteAsync("the first half");
        await request.HttpContext.Response.Body.FlushAsync();
        throw new InvalidOperationException("It was meant to fail late.");
    }

    [Function("Exit")]
    public IResult Exit([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "exit")] HttpRequest request)
    {
        Environment.FailFast("It was meant to end.");
        return Results.Ok();
    }

    [Function("Endless")]
    public async Task<IResult> Endless([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "endless")] HttpRequest request)
    {
        await Task.Delay(Timeout.Infinite);
        return Results.Ok();
    }
}
