using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AtpKeyserver.Client;

/// <summary>The last answer to a call.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">Owned.</param>
/// <param name="RetryAfter">How long the server asks to wait.</param>
/// <param name="AfterFailure">
/// Whether an earlier try of the same call was answered 5xx, so that it may have been carried out.
/// </param>
internal sealed record Reply(int Status, ClearedBody Body, TimeSpan? RetryAfter, bool AfterFailure) : IDisposable
{
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>The error's name, or null where the body is not an error of XRPC.</summary>
    public string? ErrorName => Succeeded ? null : Error()?.Error;

    public T Read<T>(JsonTypeInfo<T> type, bool change = false)
    {
        if (!Succeeded)
            throw Failure(change);
        try
        {
            return JsonSerializer.Deserialize(Body.Bytes, type) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            // Not the inner exception: it may quote what it read.
            throw KeyserverErrors.Unexpected($"The answer is not a {typeof(T).Name}.", Status, change);
        }
    }

    public KeyserverException Failure(bool change)
    {
        var error = Error();
        return error is null && Status < 500
            ? KeyserverErrors.Unexpected(
                $"Status {Status} without an error of XRPC: this is perhaps not a keyserver.", Status, change)
            : KeyserverErrors.Create(
                Status,
                error?.Error ?? KeyserverErrors.UpstreamFailure,
                error?.Message ?? $"Status {Status}.",
                RetryAfter,
                change && MayBeDone(error?.Error));
    }

    public void Dispose() => Body.Dispose();

    /// <summary>
    /// By this try or an earlier one. The kill switch refuses before anything is done, as does what doesn't know the
    /// method.
    /// </summary>
    private bool MayBeDone(string? errorName) =>
        errorName is not (KeyserverErrors.ServiceReadOnly or KeyserverErrors.ServiceOffline)
        && (AfterFailure || (Status >= 500 && Status != 501));

    private XrpcErrorBody? Error()
    {
        try
        {
            return JsonSerializer.Deserialize(Body.Bytes, WireJson.Default.XrpcErrorBody);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
