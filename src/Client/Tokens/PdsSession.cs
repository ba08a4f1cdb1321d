using System.Net.Http.Headers;
using System.Text.Json.Serialization.Metadata;

namespace AtpKeyserver.Client;

/// <summary>
/// A session of an account at its PDS, which issues service tokens. Tokens are kept in memory only. Safe for concurrent
/// use. <see href="https://atproto.com/specs/xrpc#authentication"/>
/// </summary>
public sealed class PdsSession : IDisposable
{
    internal const string ExpiredToken = "ExpiredToken";

    private readonly Exchange _exchange;
    private readonly Lock _lock = new();
    private volatile string? _accessToken;
    private volatile string? _refreshToken;
    private Task<bool>? _refresh;

    private PdsSession(Uri pds, string did, string accessToken, string? refreshToken, Exchange exchange)
    {
        Pds = pds;
        Did = did;
        _accessToken = accessToken;
        _refreshToken = refreshToken;
        _exchange = exchange;
    }

    /// <summary>The PDS's origin.</summary>
    public Uri Pds { get; }

    /// <summary>The account.</summary>
    public string Did { get; }

    /// <summary>Logs in with an app password, which is not stored.</summary>
    /// <param name="pds">The PDS's origin; https, except on localhost.</param>
    /// <param name="identifier">The account's handle or DID.</param>
    /// <param name="appPassword">An app password. Do not use the account's main password.</param>
    /// <param name="options">The client's options. Only the HTTP client and the timing options are used.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="PdsException">The PDS refused.</exception>
    /// <exception cref="UpstreamException">The PDS is unreachable.</exception>
    public static async Task<PdsSession> LogInAsync(
        Uri pds, string identifier, string appPassword, KeyserverClientOptions? options = null,
        CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(identifier);
        ArgumentException.ThrowIfNullOrEmpty(appPassword);
        var origin = ServiceAddress.RequireOrigin(pds);
        var exchange = ExchangeOf(options);
        var login = new LogIn(identifier, appPassword);
        var tokens = await CallAsync(
            exchange,
            () => PdsRequest.Procedure(origin, "createSession", null, login, WireJson.Default.LogIn),
            WireJson.Default.PdsTokens,
            cancellation).ConfigureAwait(false);
        return new PdsSession(origin, tokens.Did, tokens.AccessJwt, tokens.RefreshJwt, exchange);
    }

    /// <summary>Resumes a session of the application.</summary>
    /// <param name="pds">The PDS's origin; https, except on localhost.</param>
    /// <param name="did">The account.</param>
    /// <param name="accessToken">The session's <c>accessJwt</c>.</param>
    /// <param name="refreshToken">
    /// The session's <c>refreshJwt</c>. Without it, the session ends with the access token.
    /// </param>
    /// <param name="options">The client's options. Only the HTTP client and the timing options are used.</param>
    public static PdsSession Resume(
        Uri pds, string did, string accessToken, string? refreshToken = null, KeyserverClientOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(did);
        ArgumentException.ThrowIfNullOrEmpty(accessToken);
        return new PdsSession(ServiceAddress.RequireOrigin(pds), did, accessToken, refreshToken, ExchangeOf(options));
    }

    /// <summary>
    /// Gets a service token for one method of one service, valid for about a minute. Usable as a
    /// <see cref="TokenSource"/>.
    /// </summary>
    /// <exception cref="PdsException">The PDS refused.</exception>
    /// <exception cref="UpstreamException">The PDS is unreachable.</exception>
    public async Task<string> GetServiceTokenAsync(
        string audience, string method, CancellationToken cancellation = default)
    {
        for (var refreshed = false; ; refreshed = true)
        {
            var token = AccessToken;
            try
            {
                var answer = await CallAsync(
                    _exchange,
                    () => PdsRequest.ServiceAuth(Pds, token, audience, method),
                    WireJson.Default.ServiceToken,
                    cancellation).ConfigureAwait(false);
                return answer.Token;
            }
            catch (PdsException e) when (e.ErrorName == ExpiredToken && !refreshed)
            {
                if (!await TryRefreshAsync(token, cancellation).ConfigureAwait(false))
                    throw;
            }
        }
    }

    /// <summary>Ends the session at the PDS and in this process.</summary>
    /// <exception cref="PdsException">The PDS refused. The session has still ended in this process.</exception>
    public async Task LogOutAsync(CancellationToken cancellation = default)
    {
        var token = _refreshToken;
        Dispose();
        if (token is null)
            return;
        using var reply = await _exchange.SendAsync(
            _ => ValueTask.FromResult(PdsRequest.Procedure(Pds, "deleteSession", token)), false, true, cancellation)
                .ConfigureAwait(false);
        if (!reply.Succeeded)
            throw Refusal(reply);
    }

    /// <summary>Removes the tokens from memory, without a call to the PDS. See <see cref="LogOutAsync"/>.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _accessToken = null;
            _refreshToken = null;
        }
    }

    internal void Authorize(HttpRequestMessage request) =>
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", AccessToken);

    /// <summary>Refreshes the tokens. Concurrent callers share one call.</summary>
    /// <param name="expired">The rejected access token.</param>
    /// <param name="cancellation">Stops waiting, but not the refresh, because other callers may wait for it.</param>
    /// <returns>Whether a different access token is available.</returns>
    internal Task<bool> TryRefreshAsync(string? expired, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (_accessToken != expired || _refreshToken is not { } token)
                return Task.FromResult(_accessToken is not null && _accessToken != expired);
            _refresh ??= Task.Run(() => RefreshAsync(token), CancellationToken.None);
            return _refresh.WaitAsync(cancellation);
        }
    }

    private async Task<bool> RefreshAsync(string token)
    {
        try
        {
            var tokens = await CallAsync(
                _exchange,
                () => PdsRequest.Procedure(Pds, "refreshSession", token),
                WireJson.Default.PdsTokens,
                CancellationToken.None).ConfigureAwait(false);
            lock (_lock)
            {
                // The session may have ended in the meantime; it must not come back.
                if (_refreshToken is null)
                    return false;
                (_accessToken, _refreshToken) = (tokens.AccessJwt, tokens.RefreshJwt);
                return true;
            }
        }
        finally
        {
            lock (_lock)
                _refresh = null;
        }
    }

    private string AccessToken => _accessToken ?? throw new ObjectDisposedException(nameof(PdsSession));

    private static Exchange ExchangeOf(KeyserverClientOptions? options) =>
        new(options?.HttpClient ?? SharedHttp.Client, options ?? new KeyserverClientOptions());

    private static async Task<T> CallAsync<T>(
        Exchange exchange, Func<HttpRequestMessage> make, JsonTypeInfo<T> answer, CancellationToken cancellation)
    {
        using var reply = await exchange.SendAsync(_ => ValueTask.FromResult(make()), true, false, cancellation)
            .ConfigureAwait(false);
        return reply.Succeeded ? reply.Read(answer) : throw Refusal(reply);
    }

    private static KeyserverException Refusal(Reply reply) => reply.Failure(change: false) switch
    {
        (UpstreamException or LimitedException) and var failure => failure,
        var failure => new PdsException(failure.ErrorName, failure.Explanation) { Status = failure.Status },
    };
}
