using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AtpKeyserver.Emulators.Atproto.Accounts;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>
/// A minimal PDS: creates accounts (emulator-specific), sessions and service tokens, and proxies calls.
/// <see href="https://docs.bsky.app/docs/api/com-atproto-server-get-service-auth"/>
/// </summary>
internal sealed class PdsEndpoints(AccountRegistry accounts, TimeProvider time)
{
    /// <summary>The maximum lifetime of a token for one method, in seconds.</summary>
    private const long MaxLifetime = 3600;

    /// <summary>The maximum lifetime of a token for all methods, in seconds.</summary>
    private const long MaxLifetimeWithoutMethod = 60;

    /// <summary><c>POST /accounts</c></summary>
    public Task CreateAccount(HttpContext context) => AnswerAsync(context, async () =>
    {
        var request = await ReadAsync(context, AtprotoJson.Default.CreateAccountRequest);
        var method = request.Method switch
        {
            "plc" or null => AccountMethod.Plc,
            "web" => AccountMethod.Web,
            _ => throw XrpcException.InvalidRequest("method must be plc or web."),
        };
        var curve = request.Curve switch
        {
            "secp256k1" or null => AccountCurve.Secp256k1,
            "p256" => AccountCurve.P256,
            _ => throw XrpcException.InvalidRequest("curve must be secp256k1 or p256."),
        };
        try
        {
            var account = accounts.FindOrCreate(request.Handle ?? "", method, curve);
            return AtprotoJson.Object(
                ("did", account.Did), ("handle", account.Handle), ("accessToken", account.AccessToken));
        }
        catch (ArgumentException e)
        {
            throw XrpcException.InvalidRequest(e.Message);
        }
    });

    /// <summary><c>GET /xrpc/com.atproto.server.getServiceAuth?aud=&amp;lxm=&amp;exp=</c></summary>
    public Task GetServiceAuth(HttpContext context) => AnswerAsync(context, () =>
    {
        var account = Authenticate(context.Request);
        var audience = context.Request.Query["aud"].ToString();
        if (!audience.StartsWith("did:", StringComparison.Ordinal))
            throw XrpcException.InvalidRequest("aud must be the DID of the service.");
        var method = context.Request.Query["lxm"].ToString() is { Length: > 0 } named ? named : null;
        var now = time.GetUtcNow();
        var options =
            new TokenOptions { Lifetime = Lifetime(context.Request.Query["exp"], now.ToUnixTimeSeconds(), method) };
        return Task.FromResult(
            AtprotoJson.Object(("token", ServiceToken.Mint(account, audience, method, now, options))));
    });

    /// <summary>
    /// <c>POST /xrpc/com.atproto.server.createSession</c>. The app password is the account's access token.
    /// </summary>
    public Task CreateSession(HttpContext context) => AnswerAsync(context, async () =>
    {
        var request = await ReadAsync(context, AtprotoJson.Default.CreateSessionRequest);
        var account = accounts.FindByAccessToken(request.Password);
        if (account is null || account != accounts.FindByName(request.Identifier))
            throw new XrpcException(401, "AuthenticationRequired", "Invalid identifier or password");
        return AtprotoJson.Object(
            ("did", account.Did), ("handle", account.Handle), ("accessJwt", account.AccessToken),
            ("refreshJwt", account.AccessToken));
    });

    /// <summary><c>GET /xrpc/com.atproto.identity.resolveHandle?handle=</c></summary>
    public Task ResolveHandle(HttpContext context) => AnswerAsync(context, () =>
        accounts.FindByName(context.Request.Query["handle"].ToString()) is { } account
            ? Task.FromResult(AtprotoJson.Object(("did", account.Did)))
            : throw XrpcException.InvalidRequest("Unable to resolve handle"));

    /// <summary><c>POST /xrpc/com.atproto.server.deleteSession</c>. The session stays valid.</summary>
    public Task DeleteSession(HttpContext context) => AnswerAsync(context, () =>
    {
        Authenticate(context.Request);
        return Task.FromResult("{}");
    });

    /// <summary>Proxies any other method to the service in <c>atproto-proxy</c>, with a service token.</summary>
    public async Task ProxyAsync(HttpContext context, string nsid, ServiceProxy proxy)
    {
        try
        {
            var account = Authenticate(context.Request);
            await proxy.ForwardAsync(
                context, audience => ServiceToken.Mint(account, audience, nsid, time.GetUtcNow(), new TokenOptions()));
        }
        catch (XrpcException e)
        {
            await AnswerAsync(context, () => throw e);
        }
    }

    private static TimeSpan Lifetime(string? expires, long now, string? method)
    {
        if (string.IsNullOrEmpty(expires))
            return TokenOptions.DefaultLifetime;
        if (!long.TryParse(expires, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var exp))
            throw XrpcException.InvalidRequest("exp must be a Unix time in seconds.");
        if (exp <= now)
            throw new XrpcException(400, "BadExpiration", "exp is in the past.");
        var max = method is null ? MaxLifetimeWithoutMethod : MaxLifetime;
        if (exp > now + max)
            throw new XrpcException(400, "BadExpiration", $"exp must be at most {max} seconds in the future.");
        return TimeSpan.FromSeconds(exp - now);
    }

    private static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.Body, type, context.RequestAborted)
                ?? throw XrpcException.InvalidRequest("The body is not a JSON object.");
        }
        catch (JsonException e)
        {
            throw XrpcException.InvalidRequest($"The body is invalid: {e.Message}");
        }
    }

    private static async Task AnswerAsync(HttpContext context, Func<Task<string>> run)
    {
        string answer;
        try
        {
            answer = await run();
        }
        catch (XrpcException e)
        {
            context.Response.StatusCode = e.Status;
            answer = AtprotoJson.Object(("error", e.Error), ("message", e.Message));
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        await context.Response.WriteAsync(answer, context.RequestAborted);
    }

    private Account Authenticate(HttpRequest request)
    {
        const string scheme = "Bearer ";
        var header = request.Headers.Authorization.ToString();
        if (!header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
            throw new XrpcException(
                401, "AuthMissing", "A bearer token in the Authorization header is required.");
        return accounts.FindByAccessToken(header[scheme.Length..])
            ?? throw new XrpcException(401, "InvalidToken", "The access token is unknown.");
    }
}
