using AtpKeyserver.Emulators.Atproto.Pds;
using Microsoft.AspNetCore.Cors.Infrastructure;

namespace AtpKeyserver.Emulators.Atproto;

/// <summary>What web pages may call. <see href="https://fetch.spec.whatwg.org/#http-cors-protocol"/></summary>
internal static class CrossOrigin
{
    /// <summary>How long a browser may cache a preflight: a day, as a PDS answers.</summary>
    private static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    /// <summary>The policy of PDSs and of plc.directory: any page, without cookies.</summary>
    public static void AllowAny(CorsPolicyBuilder policy) => Allow(policy).AllowAnyOrigin();

    /// <summary>Only pages that this machine serves.</summary>
    public static void AllowLocal(CorsPolicyBuilder policy) => Allow(policy).SetIsOriginAllowed(IsLocal);

    /// <summary>True for <c>http://localhost</c>, <c>http://127.0.0.1</c>, <c>http://[::1]</c>, any port.</summary>
    public static bool IsLocal(string origin) =>
        Uri.TryCreate(origin, UriKind.Absolute, out var uri)
        && uri.Scheme == Uri.UriSchemeHttp
        && uri.Host is "localhost" or "127.0.0.1" or "[::1]";

    private static CorsPolicyBuilder Allow(CorsPolicyBuilder policy) => policy
        .WithMethods("GET", "POST")
        .WithHeaders("Authorization", "Content-Type", "Accept", ServiceProxy.Header, "atproto-accept-labelers")
        .WithExposedHeaders(ServiceProxy.ForwardedHeaders)
        .SetPreflightMaxAge(MaxAge);
}
