using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AtpKeyserver.Client;

/// <summary>The last response to a call.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Body">Disposed with this.</param>
/// <param name="RetryAfter">How long the server asks to wait.</param>
/// <param name="AfterFailure">Whether an earlier attempt returned 5xx, so the call may have been executed.</param>
/// <param name="Source">For error messages.</param>
internal sealed record Reply(
    int Status, ClearedBody Body, TimeSpan? RetryAfter, bool AfterFailure, ResponseSource Source) : IDisposable
{
    public bool Succeeded => Status is >= 200 and < 300;

    /// <summary>The error name; null if the body is not an XRPC error.</summary>
    public string? ErrorName => Succeeded ? null : Error()?.Error;

    public T Read<T>(JsonTypeInfo<T> type, bool change = false)
    {
        if (!Succeeded)
            throw Failure(change);
        try
        {
            return HexKeyConverter.Deserialize(Body.Bytes, type, []) ?? throw new JsonException("null");
        }
        catch (JsonException)
        {
            // The inner exception is dropped: it may quote the body, which may contain a key.
            var members = string.Join(", ", type.Properties.Where(each => each.IsRequired).Select(each => each.Name));
            throw KeyserverErrors.Unexpected(
                $"{Source.Host} did not return JSON with {members}.{Source.Hint}", Status, change);
        }
    }

    public KeyserverException Failure(bool change)
    {
        var error = Error();
        return error is null && Status < 500
            ? KeyserverErrors.Unexpected(
                Status is >= 300 and < 400
                    ? $"{Source.Host} returned a redirect (status {Status}), which is not followed.{Source.Hint}"
                    : $"{Source.Host} returned status {Status} without an XRPC error.{Source.Hint}",
                Status,
                change)
            : KeyserverErrors.Create(
                Status,
                error?.Error ?? KeyserverErrors.UpstreamFailure,
                error?.Message ?? $"{Source.Host} returned status {Status}.",
                RetryAfter,
                change && MayBeExecuted(error?.Error));
    }

    public void Dispose() => Body.Dispose();

    /// <summary>
    /// Whether this or an earlier attempt may have been executed. The kill switch and 501 reject a call before it is
    /// executed.
    /// </summary>
    private bool MayBeExecuted(string? errorName) =>
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
