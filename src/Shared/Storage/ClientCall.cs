using AtpKeyserver.Errors;
using Azure;
using Azure.Data.Tables.Models;
using Azure.Identity;

namespace AtpKeyserver.Storage;

/// <summary>
/// Calls an Azure client. The clients throw arbitrary parser exceptions for a malformed response, even
/// <see cref="InvalidOperationException"/>, which elsewhere means a bug. So malformed responses are detected here: they
/// are upstream failures, and the outcome of a change is unknown (decision 21).
/// </summary>
internal static class ClientCall
{
    private const string CodeHeader = "x-ms-error-code";

    /// <exception cref="KeyserverException">UpstreamFailure: the response is malformed.</exception>
    /// <exception cref="RequestFailedException">No response or an error response. A 404, 409 or 412 has a code:
    /// <see cref="CodeOf"/>.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (Exception e) when (!IsReadable(e))
        {
            throw Unreadable(e);
        }
    }

    /// <summary>The service's error code from the header or JSON body; null if there is none.</summary>
    public static string? CodeOf(RequestFailedException failure) =>
        failure.GetRawResponse()?.Headers.TryGetValue(CodeHeader, out var code) == true ? code : failure.ErrorCode;

    /// <summary>Whether the table was dropped: its name is free again in about a minute.</summary>
    public static bool IsTableBeingDeleted(RequestFailedException failure) =>
        CodeOf(failure) == TableErrorCode.TableBeingDeleted;

    /// <summary>Checks an error response that the client returns instead of throwing.</summary>
    /// <exception cref="RequestFailedException">The response has no error code, so it is not from the
    /// service.</exception>
    public static void CheckCode(Response error)
    {
        // Fast path: creating the exception formats the whole response.
        if (error.Headers.TryGetValue(CodeHeader, out _))
            return;
        var failure = new RequestFailedException(error);
        if (CodeOf(failure) is null)
            throw failure;
    }

    public static KeyserverException Unreadable(Exception why) => KeyserverException.Upstream(
        "A service that this server depends on returned a malformed response; try again.", why);

    /// <summary>Whether the outcome is known: no response, or an error from the service.</summary>
    private static bool IsReadable(Exception e) => e switch
    {
        // Callers act on these three, so they must come from the service.
        RequestFailedException { Status: 404 or 409 or 412 } failure => CodeOf(failure) is not null,
        RequestFailedException failure => failure.Status is 0 or >= 400,
        OperationCanceledException or AuthenticationFailedException or KeyserverException => true,
        // All attempts failed.
        AggregateException => true,
        _ => false,
    };
}
