using System.Text.Json.Serialization.Metadata;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Functions.Xrpc;

/// <summary>
/// The way of every call: kill switch, address budget, token, caller's budget, parameters, handler, answer. What goes wrong on it becomes an answer in
/// <see cref="XrpcErrors"/>.
/// </summary>
public sealed class XrpcPipeline(
    KillSwitch killSwitch, CallerAdmission admission, RateLimits limits, XrpcErrors errors, IOptions<KeyserverOptions> options)
{
    private KeyserverOptions Settings => options.Value;

    /// <summary>A method that anybody may call.</summary>
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

    /// <summary>An answer that costs nothing and uses up no budget: a browser asks before each of its calls.</summary>
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

    /// <summary>A procedure: a call of an account with a JSON body, null where it is empty.</summary>
    public Task<IResult> ProcedureAsync<TInput>(
        HttpRequest request, XrpcMethod method, JsonTypeInfo<TInput> type, Func<AccountCall, TInput?, Task> handler)
        where TInput : class =>
        AccountAsync(request, method, async call =>
        {
            // A body that comes slowly costs its sender the rest of the deadline and nobody else anything.
            using var reading = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation, request.HttpContext.RequestAborted);
            await handler(call, await XrpcBody.ReadAsync(request, type, reading.Token));
        });

    /// <summary>Before the token, which is not used up by a call that is refused.</summary>
    private void CheckMode(XrpcMethod method)
    {
        if (!method.IsForOffline)
            killSwitch.Check(isChange: method.Kind == XrpcKind.Procedure);
    }

    /// <summary>The NSID in the path, to the letter: routes match in any case, tokens and methods do not.</summary>
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

        throw new KeyserverException(ErrorName.MethodNotImplemented, "There is no method of this name; names are case-sensitive.");
    }

    private ClientAddress Admit(HttpRequest request)
    {
        var from = ForwardedFor.ClientOf(request.HttpContext, Settings.RateLimits.TrustedProxies);
        limits.CheckDenied(from);
        return from;
    }
}
