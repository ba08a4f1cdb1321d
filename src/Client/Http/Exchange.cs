using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace AtpKeyserver.Client;

/// <summary>
/// Sends a request with retries: up to three, after 5xx (except 501) and 429. Waits 100, 200 and 400 ms, or as long as
/// <c>Retry-After</c> or else <c>RateLimit-Reset</c> asks.
/// </summary>
internal sealed class Exchange(HttpClient http, KeyserverClientOptions options)
{
    internal const int MaxRetries = 3;

    /// <summary>In bytes.</summary>
    private const int CopySize = 64 << 10;

    /// <summary>
    /// In seconds. Larger values are Unix times (after 2001), smaller ones are durations (under 31 years).
    /// </summary>
    private const uint FirstUnixTime = 1_000_000_000;

    internal static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);

    /// <param name="make">Creates the request of each attempt.</param>
    /// <param name="retry">Whether the call may be retried.</param>
    /// <param name="change">Whether the call is a change; sets <see cref="KeyserverException.OutcomeUnknown"/>.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="UpstreamException">There was no response.</exception>
    public async Task<Reply> SendAsync(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> make, bool retry, bool change,
        CancellationToken cancellation)
    {
        var (response, afterFailure) = await OpenAsync(make, retry, change, cancellation).ConfigureAwait(false);
        using (response)
            return await ReadAsync(response, change, afterFailure, cancellation).ConfigureAwait(false);
    }

    /// <summary>Like <see cref="SendAsync"/>, but returns before the body is read.</summary>
    /// <returns>The response, and whether an earlier attempt returned 5xx.</returns>
    public async Task<(HttpResponseMessage Response, bool AfterFailure)> OpenAsync(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> make, bool retry, bool change,
        CancellationToken cancellation)
    {
        var failedBefore = false;
        for (var tries = 0; ; tries++)
        {
            var response = await TryAsync(make, change, cancellation).ConfigureAwait(false);
            var wait = RetryAfter(response);
            if (!retry || tries == MaxRetries || !IsTransient(response.StatusCode) || wait > options.LongestRetryDelay)
                return (response, failedBefore);
            failedBefore |= (int)response.StatusCode >= 500;
            response.Dispose();
            var delay = FirstDelay * (1 << tries);
            await Task.Delay(wait > delay ? wait.Value : delay, options.TimeProvider, cancellation)
                .ConfigureAwait(false);
        }
    }

    public async Task<Reply> ReadAsync(
        HttpResponseMessage response, bool change, bool afterFailure, CancellationToken cancellation)
    {
        var body = await ReadAsync(response, change, cancellation).ConfigureAwait(false);
        return new Reply(
            (int)response.StatusCode,
            body,
            RetryAfter(response),
            afterFailure,
            ResponseSource.Of(response.RequestMessage!));
    }

    /// <summary>Copies the body, without a time limit.</summary>
    /// <exception cref="UpstreamException">
    /// The response was interrupted. Exceptions of the destination are not wrapped.
    /// </exception>
    public static async Task CopyAsync(HttpResponseMessage response, Stream destination, CancellationToken cancellation)
    {
        var buffer = new byte[CopySize];
        var source = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        await using (source.ConfigureAwait(false))
        {
            while (await ReadAsync().ConfigureAwait(false) is > 0 and var read)
                await destination.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
        }

        async Task<int> ReadAsync()
        {
            try
            {
                return await source.ReadAsync(buffer, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (IsBroken(e, cancellation))
            {
                throw new UpstreamException(
                    KeyserverErrors.Unreachable, "The response was interrupted. The output is incomplete.", e);
            }
        }
    }

    /// <summary>Makes one attempt. Returns when the headers have arrived.</summary>
    private async Task<HttpResponseMessage> TryAsync(
        Func<CancellationToken, ValueTask<HttpRequestMessage>> make, bool change, CancellationToken cancellation)
    {
        using var request = await make(cancellation).ConfigureAwait(false);
        using var limit = Limit(cancellation);
        var target = request.RequestUri;
        try
        {
            var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token)
                .ConfigureAwait(false);
            // Handlers other than the platform's may not set it.
            response.RequestMessage = request;
            if (request.RequestUri == target)
                return response;
            response.Dispose();
            throw KeyserverErrors.Unexpected(
                $"{target!.Authority} returned a redirect, which is not followed.", null, change);
        }
        catch (Exception e) when (IsBroken(e, cancellation))
        {
            throw Unreachable(request.RequestUri!, change, e);
        }
    }

    private static bool IsBroken(Exception e, CancellationToken cancellation) =>
        e is HttpRequestException or IOException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested);

    private UpstreamException Unreachable(Uri uri, bool change, Exception inner) => new(
        KeyserverErrors.Unreachable, $"No response from {uri.Host}:{uri.Port}: {CauseOf(inner)}.", inner)
    {
        OutcomeUnknown = change,
    };

    private string CauseOf(Exception failure) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError } => "unknown host name",
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            "the TLS handshake failed or the certificate is invalid",
        HttpRequestException { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } =>
            "connection refused",
        HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError } => "cannot connect",
        OperationCanceledException => $"timed out after {options.Timeout.TotalSeconds:0.#} s",
        _ => "the connection was closed",
    };

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.TooManyRequests
            or (>= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented);

    private async Task<ClearedBody> ReadAsync(HttpResponseMessage response, bool change, CancellationToken cancellation)
    {
        using var limit = Limit(cancellation);
        try
        {
            return await ClearedBody.ReadAsync(response.Content, limit.Token).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            var host = response.RequestMessage!.RequestUri!.Authority;
            throw KeyserverErrors.Unexpected(
                $"The response of {host} is longer than {ClearedBody.MaxLength} bytes.",
                (int)response.StatusCode,
                change,
                e);
        }
        catch (Exception e) when (IsBroken(e, cancellation))
        {
            throw Unreachable(response.RequestMessage!.RequestUri!, change, e);
        }
    }

    private CancellationTokenSource Limit(CancellationToken cancellation)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(options.Timeout);
        return limit;
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => Until(date),
        _ when response.StatusCode == HttpStatusCode.TooManyRequests => RateLimitReset(response),
        _ => null,
    };

    /// <summary>
    /// Reads <c>RateLimit-Reset</c>: seconds in the IETF draft, a Unix time from PDSs.
    /// <see href="https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-06#section-5.4"/>
    /// </summary>
    private TimeSpan? RateLimitReset(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("RateLimit-Reset", out var values)
            || !uint.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return null;
        return seconds < FirstUnixTime
            ? TimeSpan.FromSeconds(seconds)
            : Until(DateTimeOffset.FromUnixTimeSeconds(seconds));
    }

    private TimeSpan? Until(DateTimeOffset time) =>
        time - options.TimeProvider.GetUtcNow() is { Ticks: > 0 } wait ? wait : null;
}
