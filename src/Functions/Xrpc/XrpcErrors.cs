using System.Globalization;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Export;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>Runs a call within its deadline and turns whatever goes wrong into an answer of the protocol.</summary>
public sealed class XrpcErrors(IHostEnvironment environment, TimeProvider clock, KeyserverMetrics metrics, ILogger<XrpcErrors> logger)
{
    /// <summary>Runs the call; it has written its answer when this returns.</summary>
    /// <param name="request">The call's.</param>
    /// <param name="name">Under which it is counted: its method's NSID, or what is served without one. Never what the client sent.</param>
    /// <param name="call">Writes the answer.</param>
    public async Task<IResult> GuardAsync(HttpRequest request, string name, Func<CancellationToken, Task> call)
    {
        var began = clock.GetTimestamp();
        var (status, error) = ("2xx", "none");
        var span = Traces.StartCall(name);
        var response = request.HttpContext.Response;
        XrpcAnswer.AddCommonHeaders(response, environment.IsDevelopment());
        using var deadline = new CancellationTokenSource(RequestDeadline.Limit, clock);
        try
        {
            await call(deadline.Token);
        }
        catch (OperationCanceledException) when (request.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // Nobody is listening any more.
            status = "gone";
        }
        catch (Exception e)
        {
            var fault = Translate(e, deadline.IsCancellationRequested);
            (status, error) = (ErrorStatus.Of(fault.Error) >= 500 ? "5xx" : "4xx", ErrorStatus.NameOf(fault.Error));
            // Once the status has left, only a broken connection tells that an answer is not whole.
            if (response.HasStarted)
                request.HttpContext.Abort();
            else
                await WriteAsync(response, fault);
        }
        finally
        {
            metrics.CallEnded(name, status, error, HttpMethods.IsHead(request.Method), clock.GetElapsedTime(began));
            Traces.End(span, error == "none" ? status : error, failed: status == "5xx");
        }

        return Results.Empty;
    }

    /// <summary>What the caller is told of a fault. Details go to our log, without the request's data.</summary>
    private KeyserverException Translate(Exception fault, bool late)
    {
        switch (fault)
        {
            case KeyserverException known:
                if (known.InnerException is { } cause)
                    LogUpstream(cause);
                return known;
            case TamperedException tampered:
                Log.Tampered(logger, tampered);
                return new KeyserverException(ErrorName.InternalServerError, "The server cannot answer this call; its operator was told.");
            case RequestFailedException failed:
                Log.UpstreamFailed(logger, ClientCall.CodeOf(failed) ?? nameof(RequestFailedException), failed.Status);
                return Unavailable(failed);
            case AggregateException { InnerException: { } last }:
                // So the SDK's clients report that every try of a call has failed.
                return Translate(last, late);
            case SlowReaderException:
                Log.ReaderTooSlow(logger);
                return KeyserverException.Upstream("The document was not taken in time; try again.");
            case AuthenticationFailedException:
                LogUpstream(fault);
                return KeyserverException.Upstream("A service that this server needs cannot answer now; try again.");
            case OperationCanceledException or TimeoutException or IOException or HttpRequestException:
                Log.UpstreamFailed(logger, late ? "Deadline" : fault.GetType().Name, 0);
                return KeyserverException.Upstream(
                    "A service that this server needs was too slow, or the connection broke; try again.");
            default:
                // Not the message: it may quote what the caller sent.
                Log.Unexpected(logger, fault.GetType().Name, fault.StackTrace);
                return new KeyserverException(ErrorName.InternalServerError, "The server failed; this is its fault, not yours.");
        }
    }

    private void LogUpstream(Exception failure)
    {
        var (error, status) = FailureCause.Of(failure);
        Log.UpstreamFailed(logger, error, status);
    }

    /// <summary>Who is asked to come back later says so to its caller, within reason.</summary>
    private static KeyserverException Unavailable(RequestFailedException failed) =>
        new(ErrorName.UpstreamFailure, "A service that this server needs cannot answer now; try again.", failed)
        {
            RetryAfter = RetryBudget.WaitForCaller(failed.GetRawResponse()),
        };

    private static Task WriteAsync(HttpResponse response, KeyserverException error)
    {
        var status = ErrorStatus.Of(error.Error);
        var name = ErrorStatus.NameOf(error.Error);
        response.StatusCode = status;
        response.Headers.ContentDisposition = default;
        if (status == 401)
            response.Headers.WWWAuthenticate = $"Bearer error=\"{name}\"";
        if (error.RetryAfter is { } wait)
            response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (error is RateLimitExceededException limited)
        {
            response.Headers["RateLimit-Limit"] = limited.Limit.ToString(CultureInfo.InvariantCulture);
            response.Headers["RateLimit-Remaining"] = limited.Remaining.ToString(CultureInfo.InvariantCulture);
            response.Headers["RateLimit-Reset"] = limited.Reset.ToString(CultureInfo.InvariantCulture);
            response.Headers["RateLimit-Policy"] = limited.Policy;
        }

        return XrpcAnswer.WriteAsync(response, new XrpcError(name, error.Message), XrpcJson.Default.XrpcError);
    }
}
