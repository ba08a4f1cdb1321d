using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// The steps of every call: kill switch, denied networks, then for an account <see cref="CallerAdmission"/>, otherwise
/// the budget of the address; then the handler. <see cref="XrpcErrors"/> handles all failures.
/// </summary>
public sealed class XrpcPipeline(
    KillSwitch killSwitch,
    CallerAdmission admission,
    RateLimits limits,
    XrpcErrors errors,
    IOptions<KeyserverOptions> options)
{
    private KeyserverOptions Settings => options.Value;

    /// <summary>Answers a request to this method; the response is written when this returns.</summary>
    public Task<IResult> RunAsync(HttpRequest request, XrpcMethod method, Func<XrpcCall, Task> handler) =>
        errors.GuardAsync(request, method.Nsid, async cancellation =>
        {
            var nsid = method.IsResource ? method.Nsid : NsidOf(request, method);
            // Before the token check, so that a refused call does not use up its token.
            if (!method.IsForOffline)
                killSwitch.Check(isChange: method.Kind == XrpcKind.Procedure);
            var from = ForwardedFor.ClientOf(request.HttpContext, Settings.RateLimits.TrustedProxies);
            limits.CheckDenied(from);
            Caller? caller = null;
            if (method.Access == XrpcAccess.Account)
            {
                var did = await admission.AdmitAsync(request.Headers.Authorization, nsid, method, from, cancellation);
                var ip = from.ToLogText(Settings.AccessLog.IpAddresses);
                caller = new Caller(did, ip, UserAgent.Clean(request.Headers.UserAgent));
            }
            else if (method.Access == XrpcAccess.Anyone)
            {
                limits.TakeAnonymousCall(from);
            }

            await handler(new XrpcCall(request, method, caller, from, Settings.AllowLocalhost, cancellation));
        });

    /// <summary>
    /// The NSID in the path. It must match exactly: routes ignore case, but tokens and methods do not.
    /// </summary>
    private static string NsidOf(HttpRequest request, XrpcMethod method)
    {
        var path = request.Path.Value.AsSpan().Trim('/');
        var nsid = path[Math.Min(XrpcMethod.Prefix.Length, path.Length)..];
        if (path.StartsWith(XrpcMethod.Prefix, StringComparison.Ordinal))
        {
            if (nsid.Equals(method.Nsid, StringComparison.Ordinal))
                return method.Nsid;
            foreach (var alias in method.Aliases)
            {
                if (nsid.Equals(alias, StringComparison.Ordinal))
                    return alias;
            }
        }

        throw new KeyserverException(
            ErrorName.MethodNotImplemented, "This server has no method with this name; names are case-sensitive.");
    }
}
