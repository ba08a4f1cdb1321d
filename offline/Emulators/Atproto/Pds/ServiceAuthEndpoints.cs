using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>
/// Creates service tokens, and proxies calls with them.
/// <see href="https://docs.bsky.app/docs/api/com-atproto-server-get-service-auth"/>
/// </summary>
internal sealed class ServiceAuthEndpoints(Authenticator authenticator, ServiceProxy proxy, TimeProvider time)
{
    /// <summary>The maximum lifetime of a token for one method, in seconds.</summary>
    private const long MaxLifetime = 3600;

    /// <summary>The maximum lifetime of a token for all methods, in seconds.</summary>
    private const long MaxLifetimeWithoutMethod = 60;

    /// <summary><c>GET /xrpc/com.atproto.server.getServiceAuth?aud=&amp;lxm=&amp;exp=</c></summary>
    public Task GetToken(HttpContext context)
    {
        var account = authenticator.Authenticate(context.Request);
        var audience = context.Request.Query["aud"].ToString();
        if (!audience.StartsWith("did:", StringComparison.Ordinal))
            throw XrpcException.InvalidRequest("aud must be the DID of the service.");
        var method = context.Request.Query["lxm"].ToString() is { Length: > 0 } named ? named : null;
        var now = time.GetUtcNow();
        var options =
            new TokenOptions { Lifetime = Lifetime(context.Request.Query["exp"], now.ToUnixTimeSeconds(), method) };
        return Xrpc.WriteAsync(
            context, AtprotoJson.Object(("token", ServiceToken.Mint(account, audience, method, now, options))));
    }

    /// <summary>Proxies any other method to the service in <c>atproto-proxy</c>, with a service token.</summary>
    public Task ProxyAsync(HttpContext context)
    {
        var account = authenticator.Authenticate(context.Request);
        var nsid = (string)context.Request.RouteValues["nsid"]!;
        return proxy.ForwardAsync(
            context, audience => ServiceToken.Mint(account, audience, nsid, time.GetUtcNow(), new TokenOptions()));
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
}
