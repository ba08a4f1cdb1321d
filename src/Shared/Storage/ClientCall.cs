using AtpKeyserver.Errors;
using Azure;
using Azure.Identity;

namespace AtpKeyserver.Storage;

/// <summary>
/// A call of an official client. The clients report an answer that they cannot read with whatever their parsers throw,
/// even with an <see cref="InvalidOperationException"/>, which elsewhere is a bug of ours. So an answer is judged right
/// here. One that cannot be read is an upstream failure and proves nothing: a change may have been made. (Decision 21)
/// </summary>
internal static class ClientCall
{
    private const string CodeHeader = "x-ms-error-code";

    /// <exception cref="KeyserverException">UpstreamFailure: the answer cannot be read.</exception>
    /// <exception cref="RequestFailedException">
    /// There was no answer, or it was an error. A 404, 409 or 412 has a code: <see cref="CodeOf"/>.
    /// </exception>
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

    /// <summary>The service's error code; null where the answer has none, neither in a header nor in JSON.</summary>
    public static string? CodeOf(RequestFailedException failure) =>
        failure.GetRawResponse()?.Headers.TryGetValue(CodeHeader, out var code) == true ? code : failure.ErrorCode;

    /// <summary>For an error that the client returns instead of throwing it.</summary>
    /// <exception cref="RequestFailedException">It has no code: the service did not say this.</exception>
    public static void CheckCode(Response error)
    {
        // Most errors have the header, and an exception is dear: it quotes the whole answer.
        if (error.Headers.TryGetValue(CodeHeader, out _))
            return;
        var failure = new RequestFailedException(error);
        if (CodeOf(failure) is null)
            throw failure;
    }

    public static KeyserverException Unreadable(Exception why) => KeyserverException.Upstream(
        "A service that this server needs gave an answer that could not be read; try again.", why);

    /// <summary>Whether we know what happened: nobody answered, or the service answered with an error.</summary>
    private static bool IsReadable(Exception e) => e switch
    {
        // These three decide what is done next, so they have to be the service's words.
        RequestFailedException { Status: 404 or 409 or 412 } failure => CodeOf(failure) is not null,
        RequestFailedException failure => failure.Status is 0 or >= 400,
        OperationCanceledException or AuthenticationFailedException or KeyserverException => true,
        // All tries of a call failed.
        AggregateException => true,
        _ => false,
    };
}
