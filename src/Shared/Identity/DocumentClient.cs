using System.Net;

namespace AtpKeyserver.Identity;

/// <summary>
/// GETs one JSON document within bounds: <see cref="Timeout"/> from the first packet to the last, <see cref="MaxBytes"/>, status 200, a
/// JSON media type. No redirects, proxy, cookies, compression or trace headers.
/// </summary>
internal sealed class DocumentClient : IDisposable
{
    /// <summary>64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>3 s in all: name, connection, TLS, headers and body.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly HttpMessageInvoker _http;
    private readonly TimeSpan _timeout;

    /// <param name="connector">Opens the connections; null trusts the host.</param>
    /// <param name="timeout">Null takes <see cref="Timeout"/>.</param>
    public DocumentClient(PublicConnector? connector = null, TimeSpan? timeout = null)
    {
        _timeout = timeout ?? Timeout;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null,
            MaxResponseHeadersLength = 16,
            MaxResponseDrainSize = 4 * 1024,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        };
        if (connector is not null)
            handler.ConnectCallback = (context, cancellation) => connector.ConnectAsync(context.DnsEndPoint, cancellation);
        _http = new HttpMessageInvoker(handler, disposeHandler: true);
    }

    /// <summary>The document; null if the host says that it has none (404) or has it no longer (410).</summary>
    /// <exception cref="HttpRequestException">The host can't be reached or the connection broke.</exception>
    /// <exception cref="InvalidDataException">It answers something else than a JSON document of up to 64 KiB.</exception>
    /// <exception cref="OperationCanceledException">It takes too long, or <paramref name="cancellation"/> was requested.</exception>
    public async ValueTask<byte[]?> GetAsync(Uri address, CancellationToken cancellation)
    {
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timer.CancelAfter(_timeout);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation("Accept", "application/did+ld+json, application/did+json, application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "atpkeyserver");
        using var response = await _http.SendAsync(request, timer.Token);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            return null;
        if (response.StatusCode != HttpStatusCode.OK)
            throw new InvalidDataException($"Status {(int)response.StatusCode}");
        if (!IsJson(response.Content.Headers.ContentType?.MediaType))
            throw new InvalidDataException("The media type is not JSON");
        if (response.Content.Headers.ContentEncoding.Count != 0)
            throw new InvalidDataException("The body is compressed");
        if (response.Content.Headers.ContentLength > MaxBytes)
            throw TooLarge();
        await using var body = await response.Content.ReadAsStreamAsync(timer.Token);
        return await ReadAsync(body, timer.Token);
    }

    public void Dispose() => _http.Dispose();

    private static async ValueTask<byte[]> ReadAsync(Stream body, CancellationToken cancellation)
    {
        using var read = new MemoryStream();
        var buffer = new byte[4 * 1024];
        while (await body.ReadAsync(buffer, cancellation) is > 0 and var count)
        {
            if (read.Length + count > MaxBytes)
                throw TooLarge();
            read.Write(buffer, 0, count);
        }

        return read.ToArray();
    }

    private static InvalidDataException TooLarge() => new("The document is larger than 64 KiB");

    private static bool IsJson(string? mediaType) =>
        mediaType is not null
        && (mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
}
