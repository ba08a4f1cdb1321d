using System.Text.Json.Serialization.Metadata;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// The steps of every call: kill switch, address budget, token, caller's budget, parameters, handler, response.
/// <see cref="XrpcErrors"/> handles all failures.
/// </summary>
public sealed class XrpcPipeline(
    KillSwitch killSwitch,
    CallerAdmission admission,
    RateLimits limits,
    XrpcErrors errors,
    IOptions<KeyserverOptions> options)
{
    private KeyserverOptions Settings => options.Value;

    /// <summary>A method that needs no token.</summary>
    public Task<IResult> AnyoneAsync(HttpRequest request, XrpcMethod method, Func<XrpcCall, Task> handler) =>
        errors.GuardAsync(request, method.Nsid, async cancellation =>
        {
            _ = NsidOf(request, method);
            CheckMode(method);
            var from = Admit(request);
            limits.TakeAnonymousCall(from);
            await handler(new XrpcCall(request, from, Settings.AllowLocalhost, cancellation));
        });

    /// <summary>A method without an NSID, such as the DID document.</summary>
    public Task<IResult> PlainAsync(HttpRequest request, string name, Func<XrpcCall, Task> handler) =>
        errors.GuardAsync(request, name, async cancellation =>
        {
            var from = Admit(request);
            limits.TakeAnonymousCall(from);
            await handler(new XrpcCall(request, from, Settings.AllowLocalhost, cancellation));
        });

    /// <summary>A preflight, which a browser sends before each call: it costs little and uses no budget.</summary>
    public Task<IResult> UncountedAsync(HttpRequest request, string name, Action handler) =>
        errors.GuardAsync(request, name, _ =>
        {
            Admit(request);
            handler();
            return Task.CompletedTask;
        });

    /// <summary>A method that an account calls with a token.</summary>
    public Task<IResult> AccountAsync(HttpRequest request, XrpcMethod method, Func<AccountCall, Task> handler) =>
        errors.GuardAsync(request, method.Nsid, async cancellation =>
        {
            var nsid = NsidOf(request, method);
            CheckMode(method);
            var from = Admit(request);
            var did = await admission.AdmitAsync(request.Headers.Authorization, nsid, method, from, cancellation);
            var ip = from.ToLogText(Settings.AccessLog.IpAddresses);
            var caller = new Caller(did, ip, UserAgent.Clean(request.Headers.UserAgent));
            await handler(new AccountCall(request, caller, from, Settings.AllowLocalhost, cancellation));
        });

    /// <summary>A method with a token and a JSON body; the input is null if the body is empty.</summary>
    public Task<IResult> ProcedureAsync<TInput>(
        HttpRequest request, XrpcMethod method, JsonTypeInfo<TInput> type, Func<AccountCall, TInput?, Task> handler)
        where TInput : class =>
        AccountAsync(request, method, async call =>
        {
            // A slow body uses up its own call's deadline only.
            using var reading = CancellationTokenSource.CreateLinkedTokenSource(
                call.Cancellation, request.HttpContext.RequestAborted);
            await handler(call, await XrpcBody.ReadAsync(request, type, reading.Token));
        });

    /// <summary>Runs before the token check, so that a refused call does not use up its token.</summary>
    private void CheckMode(XrpcMethod method)
    {
        if (!method.IsForOffline)
            killSwitch.Check(isChange: method.Kind == XrpcKind.Procedure);
    }

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

    private ClientAddress Admit(HttpRequest request)
    {
        var from = ForwardedFor.ClientOf(request.HttpContext, Settings.RateLimits.TrustedProxies);
        limits.CheckDenied(from);
        return from;
    }
}
