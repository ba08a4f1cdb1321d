using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Tests.Integration.Host;

/// <summary>Functions of every shape.</summary>
public static class CallFunctions
{
    /// <summary>Every kind of result.</summary>
    public sealed class Kinds
    {
        [Function("TaskResult")]
        public async Task<IResult> TaskResult([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            await Task.Yield();
            return Results.Json(new { verb = request.Method });
        }

        [Function("DoneResult")]
        public Task<IResult> DoneResult([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            Task.FromResult(Results.Text("DoneResult " + request.Method));

        [Function("PlainResult")]
        public IResult PlainResult([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            Results.Text("PlainResult " + request.Method);

        [Function("TaskAction")]
        public async Task<IActionResult> TaskAction([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            await Task.Yield();
            return new ContentResult { Content = "TaskAction " + request.Method, StatusCode = 418 };
        }

        [Function("PlainAction")]
        public IActionResult PlainAction([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            new OkObjectResult("PlainAction " + request.Method);

        [Function("TaskOnly")]
        public async Task TaskOnly([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            await request.HttpContext.Response.WriteAsync("TaskOnly");

        [Function("VoidOnly")]
        public void VoidOnly([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            request.HttpContext.Response.StatusCode = 204;

        [Function("StaticOne")]
        public static IResult StaticOne([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            Results.Text("StaticOne " + request.Method);
    }

    /// <summary>Takes what a function can take.</summary>
    public sealed class Taking
    {
        [Function("Context")]
        public IResult Context(
            [HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request, FunctionContext context, CancellationToken cancellation)
        {
            var same = context.GetHttpContext() == request.HttpContext
                && context.InstanceServices == request.HttpContext.RequestServices
                && context.CancellationToken == cancellation
                && cancellation == request.HttpContext.RequestAborted
                && Guid.TryParse(context.InvocationId, out _)
                && context.InvocationId == context.InvocationId;
            return Results.Text($"{same} {context.FunctionDefinition.Name} {context.FunctionDefinition.EntryPoint}");
        }
    }

    /// <summary>Asks for a scoped service twice.</summary>
    public sealed class Scoped(ScopedThing one, ScopedThing two)
    {
        [Function("ScopedOne")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) =>
            Results.Text($"{request.Method} {ReferenceEquals(one, two)} {one.Number}");
    }

    /// <summary>Fails in every way.</summary>
    public sealed class Failing
    {
        [Function("Throws")]
        public IResult Throws([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            request.HttpContext.Response.Headers["X-Left-Over"] = "yes";
            throw new InvalidOperationException("on purpose");
        }

        [Function("ThrowsLater")]
        public async Task<IResult> ThrowsLater([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            await Task.Yield();
            throw new InvalidOperationException("on purpose, later: " + request.Method);
        }

        [Function("ThrowsHalfway")]
        public async Task ThrowsHalfway([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request)
        {
            request.HttpContext.Response.ContentLength = 100;
            await request.HttpContext.Response.WriteAsync("half");
            await request.HttpContext.Response.Body.FlushAsync();
            throw new InvalidOperationException("on purpose, halfway");
        }

        [Function("Fine")]
        public IResult Fine([HttpTrigger(AuthorizationLevel.Anonymous)] HttpRequest request) => Results.Text("Fine " + request.Method);
    }

    /// <summary>Wants a key.</summary>
    public sealed class Guarded
    {
        [Function("Guarded")]
        public IResult Run([HttpTrigger(AuthorizationLevel.Function, "get")] HttpRequest request) =>
            Results.Text("Guarded " + request.Method);
    }

    /// <summary>Waits until it may go on.</summary>
    public sealed class Waiting(Turnstile turnstile)
    {
        [Function("Wait")]
        public async Task<IResult> Run(
            [HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequest request, CancellationToken cancellation)
        {
            await turnstile.PassAsync(cancellation);
            return Results.Text("Wait " + request.Method);
        }
    }
}
