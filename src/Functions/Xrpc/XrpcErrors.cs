using System.Globalization;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Observability;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>Runs a call within its deadline and answers every exception with an XRPC error.</summary>
public sealed class XrpcErrors(
    IHostEnvironment environment, TimeProvider clock, KeyserverMetrics metrics, XrpcFailures failures)
{
    /// <summary>Runs the call; the response is written when this returns.</summary>
    /// <param name="name">
    /// The name in metrics: the method's NSID, or a fixed name if there is none. Never text from the client.
    /// </param>
    /// <param name="call">Writes the response.</param>
    public async Task<IResult> GuardAsync(HttpRequest request, string name, Func<CancellationToken, Task> call)
    {
        var began = clock.GetTimestamp();
        var (status, error) = ("2xx", "none");
        var span = Traces.StartCall(name);
        var response = request.HttpContext.Response;
        XrpcResponse.AddCommonHeaders(response, environment.IsDevelopment());
        using var deadline = new CancellationTokenSource(RequestDeadline.Limit, clock);
        try
        {
            await call(deadline.Token);
        }
        catch (OperationCanceledException) when (request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected.
            status = "gone";
        }
        catch (Exception e)
        {
            var failure = failures.Report(e, deadline.IsCancellationRequested);
            (status, error) = (ErrorStatus.Of(failure.Error) >= 500 ? "5xx" : "4xx", ErrorStatus.NameOf(failure.Error));
            // After the status was sent, only a broken connection shows that the response is incomplete.
            if (response.HasStarted)
                request.HttpContext.Abort();
            else
                await WriteAsync(response, failure);
        }
        finally
        {
            metrics.CallEnded(name, status, error, HttpMethods.IsHead(request.Method), clock.GetElapsedTime(began));
            Traces.End(span, error == "none" ? status : error, failed: status == "5xx");
        }

        return Results.Empty;
    }

    private static Task WriteAsync(HttpResponse response, KeyserverException error)
    {
        var status = ErrorStatus.Of(error.Error);
        var name = ErrorStatus.NameOf(error.Error);
        response.StatusCode = status;
        response.Headers.ContentDisposition = default;
        if (status == 401)
            response.Headers.WWWAuthenticate = $"Bearer error=\"{name}\"";
        if (error.RetryAfter is { } wait)
        {
            var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (error is RateLimitExceededException limited)
        {
            response.Headers["RateLimit-Limit"] = limited.Limit.ToString(CultureInfo.InvariantCulture);
            response.Headers["RateLimit-Remaining"] = limited.Remaining.ToString(CultureInfo.InvariantCulture);
            response.Headers["RateLimit-Reset"] = limited.Reset.ToString(CultureInfo.InvariantCulture);
            response.Headers["RateLimit-Policy"] = limited.Policy;
        }

        return XrpcResponse.WriteAsync(response, new XrpcError(name, error.Message), XrpcJson.Default.XrpcError);
    }
}
