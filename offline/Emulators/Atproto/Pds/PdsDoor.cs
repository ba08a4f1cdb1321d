using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AtpKeyserver.Emulators.Atproto.Accounts;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>
/// A PDS that only makes accounts, by a call of its own, and mints service tokens, by the protocol's.
/// <see href="https://docs.bsky.app/docs/api/com-atproto-server-get-service-auth"/>
/// </summary>
internal sealed class PdsDoor(AccountRegistry accounts, TimeProvider time)
{
    /// <summary>The longest life of a token that names a method, in seconds.</summary>
    private const long LongestLife = 3600;

    /// <summary>The longest life of a token that is good for every method, in seconds.</summary>
    private const long LongestLifeWithoutMethod = 60;

    /// <summary><c>POST /accounts</c></summary>
    public Task CreateAccount(HttpContext context) => AnswerAsync(context, async () =>
    {
        var request = await ReadAsync(context, AtprotoJson.Default.CreateAccountRequest);
        var method = request.Method switch
        {
            "plc" or null => AccountMethod.Plc,
            "web" => AccountMethod.Web,
            _ => throw XrpcException.InvalidRequest("method is plc or web."),
        };
        var curve = request.Curve switch
        {
            "secp256k1" or null => AccountCurve.Secp256k1,
            "p256" => AccountCurve.P256,
            _ => throw XrpcException.InvalidRequest("curve is secp256k1 or p256."),
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
            throw XrpcException.InvalidRequest("aud is the DID of the service.");
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

    /// <summary><c>POST /xrpc/com.atproto.server.deleteSession</c>. Sessions don't end here.</summary>
    public Task DeleteSession(HttpContext context) => AnswerAsync(context, () =>
    {
        Authenticate(context.Request);
        return Task.FromResult("{}");
    });

    /// <summary>
    /// Any other method: passed on to the service that <c>atproto-proxy</c> names, with a token for it.
    /// </summary>
    public async Task PassOn(HttpContext context, string nsid, ServiceProxy proxy)
    {
        try
        {
            var account = Authenticate(context.Request);
            await proxy.PassOnAsync(
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
            throw XrpcException.InvalidRequest("exp is a time in Unix seconds.");
        if (exp <= now)
            throw new XrpcException(400, "BadExpiration", "exp is in the past.");
        var most = method is null ? LongestLifeWithoutMethod : LongestLife;
        if (exp > now + most)
            throw new XrpcException(400, "BadExpiration", $"exp is at most {most} seconds ahead.");
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
            throw XrpcException.InvalidRequest($"The body is not what it should be: {e.Message}");
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
                401, "AuthMissing", "Authorization: Bearer and an account's access token are required.");
        return accounts.FindByAccessToken(header[scheme.Length..])
            ?? throw new XrpcException(401, "InvalidToken", "The access token is no account's.");
    }
}
