using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using AtpKeyserver.Networking;

namespace AtpKeyserver.Identity;

/// <summary>
/// Gets a JSON document within limits: <see cref="Timeout"/> in total, <see cref="MaxBytes"/>, status 200, a JSON media
/// type. No redirects, proxy, cookies, compression or trace headers. When <see cref="GetAsync"/> returns, everything
/// that the request opened is closed or pooled.
/// </summary>
internal sealed class DocumentClient : IDisposable
{
    /// <summary>64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>3 s in total for DNS, connection, TLS, headers and body.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    private readonly IConnector _connector;
    private readonly HttpMessageInvoker _http;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _clock;

    /// <param name="connector">Opens the connections.</param>
    /// <param name="keepsConnections">Whether to pool connections; useless if each request has a different
    /// host.</param>
    /// <param name="timeout">Null for <see cref="Timeout"/>.</param>
    /// <param name="clock">Null for the system's clock.</param>
    public DocumentClient(
        IConnector connector, bool keepsConnections, TimeSpan? timeout = null, TimeProvider? clock = null)
    {
        _connector = connector;
        _timeout = timeout ?? Timeout;
        _clock = clock ?? TimeProvider.System;
        _http = new HttpMessageInvoker(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                UseCookies = false,
                AutomaticDecompression = DecompressionMethods.None,
                ActivityHeadersPropagator = null,
                MaxResponseHeadersLength = 16,
                MaxResponseDrainSize = keepsConnections ? 4 * 1024 : 0,
                ResponseDrainTimeout = TimeSpan.FromSeconds(1),
                PooledConnectionIdleTimeout = TimeSpan.FromSeconds(30),
                PooledConnectionLifetime = keepsConnections ? TimeSpan.FromMinutes(2) : TimeSpan.Zero,
                ConnectCallback = (context, cancellation) =>
                {
                    var request = context.InitialRequestMessage;
                    return OpeningConnection.Of(request).RunAsync(
                        stop => ConnectAsync(context.DnsEndPoint, request.RequestUri!.Scheme, stop), cancellation);
                },
            },
            disposeHandler: true);
    }

    /// <summary>The document; null for 404 or 410.</summary>
    /// <exception cref="HttpRequestException">The host is unreachable or the connection broke.</exception>
    /// <exception cref="UnusableDocumentException">The response is not a JSON document of at most 64 KiB, or the host
    /// name does not exist.</exception>
    /// <exception cref="DocumentStatusException">The status is not 200, 404, 410 or 3xx.</exception>
    /// <exception cref="OperationCanceledException">The timeout expired, or <paramref name="cancellation"/> was
    /// requested.</exception>
    public async ValueTask<byte[]?> GetAsync(Uri address, CancellationToken cancellation)
    {
        using var timer = new CancellationTokenSource(_timeout, _clock);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation, timer.Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.TryAddWithoutValidation(
            "Accept", "application/did+ld+json, application/did+json, application/json");
        request.Headers.TryAddWithoutValidation("User-Agent", "atpkeyserver");
        await using var opening = OpeningConnection.Add(request);
        try
        {
            return await SendAsync(request, stop.Token);
        }
        catch (HttpRequestException e) when (e.InnerException is UnusableDocumentException found)
        {
            // Thrown by the connector and wrapped by the HTTP client.
            throw new UnusableDocumentException(found.Message);
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<byte[]?> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var response = await _http.SendAsync(request, cancellation);
        if (response.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
            return null;
        if (response.StatusCode != HttpStatusCode.OK)
            throw Refusal(response);
        if (!IsJson(response.Content.Headers.ContentType?.MediaType))
            throw new UnusableDocumentException("The DID document's media type is not JSON");
        if (response.Content.Headers.ContentEncoding.Any(IsEncoding))
            throw new UnusableDocumentException("The DID document is compressed");
        if (response.Content.Headers.ContentLength > MaxBytes)
            throw TooLarge();
        await using var body = await response.Content.ReadAsStreamAsync(cancellation);
        return await ReadAsync(body, cancellation);
    }

    /// <summary>
    /// The TLS handshake is part of connecting, so that it ends with the request. The server must send the complete
    /// chain: a certificate may name any URL for missing certificates, and the framework would fetch them from any
    /// address, on a thread-pool thread, for up to 15 s.
    /// </summary>
    private async Task<Stream> ConnectAsync(DnsEndPoint host, string scheme, CancellationToken cancellation)
    {
        var stream = await _connector.ConnectAsync(host, cancellation);
        if (scheme != Uri.UriSchemeHttps)
            return stream;
        var tls = new SslStream(stream);
        try
        {
            var options = new SslClientAuthenticationOptions
            {
                TargetHost = host.Host,
                ApplicationProtocols = [SslApplicationProtocol.Http11],
                CertificateChainPolicy = new X509ChainPolicy
                {
                    DisableCertificateDownloads = true,
                    RevocationMode = X509RevocationMode.NoCheck,
                },
            };
            await tls.AuthenticateAsClientAsync(options, cancellation);
            return tls;
        }
        catch
        {
            await tls.DisposeAsync();
            throw;
        }
    }

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

    /// <summary><c>identity</c> means no encoding.</summary>
    private static bool IsEncoding(string name) => !name.Equals("identity", StringComparison.OrdinalIgnoreCase);

    private Exception Refusal(HttpResponseMessage response)
    {
        if ((int)response.StatusCode is >= 300 and < 400)
            return new UnusableDocumentException(
                $"The DID document's URL redirects (status {(int)response.StatusCode})");
        var asked = response.Headers.RetryAfter;
        var wait = asked?.Delta ?? (asked?.Date - _clock.GetUtcNow());
        return new DocumentStatusException(response.StatusCode, wait > TimeSpan.Zero ? wait : null);
    }

    private static UnusableDocumentException TooLarge() => new("The DID document is larger than 64 KiB");

    private static bool IsJson(string? mediaType) =>
        mediaType is not null
        && (mediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            || mediaType.EndsWith("+json", StringComparison.OrdinalIgnoreCase));
}
