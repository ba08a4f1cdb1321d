using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Tests.HostApp;

/// <summary>Several kinds of responses.</summary>
public sealed class Answers(Gate gate, ILoggerFactory loggers)
{
    [Function("AnswerEmpty")]
    public IResult Empty(
        [HttpTrigger(AuthorizationLevel.Anonymous, Route = "answers/empty/{status:int}")] HttpRequest request,
        int status)
    {
        request.HttpContext.Response.Headers["X-Custom"] = new[] { "one", "two" };
        return Results.StatusCode(status);
    }

    [Function("AnswerCopy")]
    public async Task Copy(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", "put", Route = "answers/copy")] HttpRequest request)
    {
        request.HttpContext.Response.ContentType = request.ContentType;
        await request.Body.CopyToAsync(request.HttpContext.Response.Body, request.HttpContext.RequestAborted);
    }

    /// <summary>Sends one part, and the other after the gate has opened.</summary>
    [Function("AnswerInParts")]
    public async Task InParts(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "answers/parts")] HttpRequest request,
        CancellationToken cancellation)
    {
        await request.HttpContext.Response.WriteAsync("one ", cancellation);
        await request.HttpContext.Response.Body.FlushAsync(cancellation);
        await gate.PassAsync(cancellation);
        await request.HttpContext.Response.WriteAsync("two", cancellation);
    }

    [Function("AnswerGate")]
    public async Task<IResult> AtGate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "answers/gate")] HttpRequest request,
        CancellationToken cancellation)
    {
        await gate.PassAsync(cancellation);
        return Results.Text($"at most {gate.Most} at once");
    }

    /// <summary>Ignores cancellation.</summary>
    [Function("AnswerNever")]
    public async Task Never(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "answers/never")] HttpRequest request)
    {
        Console.WriteLine("Never: arrived");
        await Task.Delay(Timeout.Infinite, CancellationToken.None);
    }

    [Function("AnswerSetting")]
    public IResult Setting(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "answers/setting/{name}")] HttpRequest request,
        string name) =>
        Results.Text(Environment.GetEnvironmentVariable(name) ?? "(none)");

    /// <summary>Logs at every level, in two categories.</summary>
    [Function("AnswerLog")]
    public IResult Log([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "answers/log")] HttpRequest request)
    {
        foreach (var category in (string[])["Loud.Part", "Quiet.Part"])
        {
            var logger = loggers.CreateLogger(category);
            foreach (var level in Enum.GetValues<LogLevel>().Where(level => level != LogLevel.None))
                logger.Log(level, new EventId(7), new InvalidOperationException("with a reason"),
                    "{Level} of {Category}", level, category);
        }

        return Results.NoContent();
    }
}
