using AtpKeyserver.Errors;
using AtpKeyserver.Export;
using AtpKeyserver.Observability;
using AtpKeyserver.Storage;
using AtpKeyserver.Storage.Policies;
using Azure;
using Azure.Identity;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>Logs exceptions and maps them to errors for the caller.</summary>
public sealed class XrpcFailures(ILogger<XrpcFailures> logger)
{
    /// <summary>The error for the caller. Details go to the log, without request data.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="late">Whether the deadline has passed.</param>
    public KeyserverException Report(Exception failure, bool late)
    {
        switch (failure)
        {
            case KeyserverException known:
                if (known.InnerException is { } cause)
                    LogUpstream(cause);
                return known;
            case TamperedException tampered:
                Log.Tampered(logger, tampered);
                return new KeyserverException(
                    ErrorName.InternalServerError, "Internal server error. The operator was notified.");
            case RequestFailedException failed:
                Log.UpstreamFailed(logger, ClientCall.CodeOf(failed) ?? nameof(RequestFailedException), failed.Status);
                return Unavailable(failed);
            case AggregateException { InnerException: { } last }:
                // The SDK throws this when every attempt of a call has failed.
                return Report(last, late);
            case SlowReaderException:
                Log.ReaderTooSlow(logger);
                return KeyserverException.Upstream("The client read the export too slowly; try again.");
            case AuthenticationFailedException:
                LogUpstream(failure);
                return KeyserverException.Upstream("A dependency of this server is unavailable; try again.");
            case OperationCanceledException or TimeoutException or IOException or HttpRequestException:
                Log.UpstreamFailed(logger, late ? "Deadline" : failure.GetType().Name, 0);
                return KeyserverException.Upstream(
                    "A dependency of this server timed out or closed the connection; try again.");
            default:
                // Without the message: it may quote the caller's data.
                Log.Unexpected(logger, failure.GetType().Name, failure.StackTrace);
                return new KeyserverException(ErrorName.InternalServerError, "Internal server error.");
        }
    }

    private void LogUpstream(Exception failure)
    {
        var (error, status) = FailureCause.Of(failure);
        Log.UpstreamFailed(logger, error, status);
    }

    /// <summary>Passes the storage's Retry-After on to the caller, within limits.</summary>
    private static KeyserverException Unavailable(RequestFailedException failed) =>
        new(ErrorName.UpstreamFailure, "A dependency of this server is unavailable; try again.", failed)
        {
            RetryAfter = RetryBudget.WaitForCaller(failed.GetRawResponse()),
        };
}
