using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Abstractions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Azure.Functions.Worker.LocalHost.Functions;
using Microsoft.Azure.Functions.Worker.LocalHost.Routing;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.LocalHost;

/// <summary>Takes every request: to the admin route, to a function, or nowhere.</summary>
internal sealed class HttpEntrance(
    FunctionRouter router, FunctionPipeline pipeline, AdminEndpoint admin, HttpRules rules, ILoggerFactory loggers)
{
    internal Task HandleAsync(HttpContext http)
    {
        rules.AddHeaders(http.Response);
        if (AdminEndpoint.Owns(http.Request))
            return admin.HandleAsync(http);
        if (router.Find(http) is not { } function)
            return Answer(http, StatusCodes.Status404NotFound);
        if (function.AuthLevel != AuthorizationLevel.Anonymous && !rules.MasterKey.Allows(http.Request))
            return Answer(http, StatusCodes.Status401Unauthorized);
        return rules.Gate?.TryEnter() == false ? Answer(http, StatusCodes.Status429TooManyRequests) : RunAsync(function, http);
    }

    private static Task Answer(HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private async Task RunAsync(HttpFunction function, HttpContext http)
    {
        if (rules.Gate is { } gate && !await gate.WaitAsync(http.RequestAborted))
            return;
        try
        {
            switch (await pipeline.CallAsync(function, http.RequestServices, http.Request, http.RequestAborted))
            {
                case IResult result:
                    await result.ExecuteAsync(http);
                    break;
                case IActionResult result:
                    await result.ExecuteResultAsync(new ActionContext(http, http.GetRouteData(), new ActionDescriptor()));
                    break;
                default:
                    break;
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to answer.
        }
        catch (Exception e)
        {
            loggers.CreateLogger($"Function.{function.Name}").LogError(e, "The function failed");
            Fail(http);
        }
        finally
        {
            rules.Gate?.Leave();
        }
    }

    private void Fail(HttpContext http)
    {
        if (http.Response.HasStarted)
        {
            // The status has left: only a broken connection still tells that the answer is not whole.
            http.Abort();
            return;
        }

        http.Response.Clear();
        rules.AddHeaders(http.Response);
        http.Response.StatusCode = StatusCodes.Status500InternalServerError;
    }
}
