using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.HostApp;

/// <summary>Functions that fail.</summary>
public sealed class Failures
{
    [Function("FailFirst")]
    public IResult First(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "failures/first")] HttpRequest request)
    {
        request.HttpContext.Response.Headers["X-Left-Over"] = "yes";
        throw new InvalidOperationException("fails on purpose");
    }

    [Function("FailWithStatus")]
    public IResult WithStatus(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "failures/status")] HttpRequest request)
    {
        request.HttpContext.Response.StatusCode = StatusCodes.Status409Conflict;
        throw new InvalidOperationException("fails on purpose");
    }

    [Function("FailHalfway")]
    public async Task Halfway(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "failures/halfway")] HttpRequest request)
    {
        await WritePartAsync(request);
        throw new InvalidOperationException("fails on purpose");
    }

    [Function("FailCancelled")]
    public IResult Cancelled(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "failures/cancelled")] HttpRequest request) =>
        throw new OperationCanceledException("cancelled on purpose");

    [Function("FailByAbort")]
    public void Abort(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "failures/abort")] HttpRequest request) =>
        request.HttpContext.Abort();

    [Function("ExitFirst")]
    public IResult ExitFirst(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "failures/exit")] HttpRequest request)
    {
        Environment.Exit(3);
        return Results.NoContent();
    }

    [Function("ExitHalfway")]
    public async Task ExitHalfway(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "failures/exit-halfway")] HttpRequest request)
    {
        await WritePartAsync(request);
        Environment.Exit(3);
    }

    private static async Task WritePartAsync(HttpRequest request)
    {
        await request.HttpContext.Response.WriteAsync("a part");
        await request.HttpContext.Response.Body.FlushAsync();
    }
}
