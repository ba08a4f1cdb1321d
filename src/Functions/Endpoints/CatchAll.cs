using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace AtpKeyserver.Functions.Endpoints;

/// <summary>
/// Handles requests that match no other function: preflights, wrong verbs, unknown methods. The host matches functions
/// in alphabetical order, so the name of this one sorts last.
/// </summary>
public sealed class CatchAll(XrpcPipeline xrpc)
{
    private const string Queries = "GET, HEAD";

    private static readonly XrpcMethod Preflight = XrpcMethod.Resource("preflight", XrpcAccess.Unmetered);
    private static readonly XrpcMethod Unknown = XrpcMethod.Resource("unknown");

    [Function("ZzCatchAll")]
    public Task<IResult> Any([HttpTrigger(AuthorizationLevel.Anonymous, Route = "{*path}")] HttpRequest request) =>
        HttpMethods.IsOptions(request.Method)
            ? xrpc.RunAsync(request, Preflight, _ => HandlePreflight(request))
            : xrpc.RunAsync(request, Unknown, _ => throw ErrorFor(request));

    private static Task HandlePreflight(HttpRequest request)
    {
        var headers = request.HttpContext.Response.Headers;
        headers.AccessControlAllowMethods = "GET, HEAD, POST";
        // Header names are ASCII; other characters cannot be returned in a header.
        if (request.Headers.AccessControlRequestHeaders.ToString() is { Length: > 0 } requested
            && requested.All(c => c is >= ' ' and <= '~'))
            headers.AccessControlAllowHeaders = requested;
        headers.AccessControlMaxAge = "86400";
        headers.Vary = "Access-Control-Request-Headers";
        request.HttpContext.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static KeyserverException ErrorFor(HttpRequest request)
    {
        var path = NameOf(request.Path);
        if (!path.StartsWith(XrpcMethod.Prefix, StringComparison.Ordinal))
        {
            return path is "" or ".well-known/did.json" or ".well-known/security.txt"
                ? WrongVerb(request, Queries)
                : new KeyserverException(
                    ErrorName.RouteNotFound, "Nothing exists at this path; methods are at /xrpc/{NSID}.");
        }

        var nsid = path[XrpcMethod.Prefix.Length..];
        if (nsid == "_health")
            return WrongVerb(request, Queries);
        return XrpcMethods.Find(nsid) is { } method
            ? WrongVerb(request, method.Allow)
            : new KeyserverException(ErrorName.MethodNotImplemented, "This server has no method with this name.");
    }

    /// <summary>The path without its leading slash and without one trailing slash.</summary>
    private static string NameOf(PathString path)
    {
        var name = path.HasValue ? path.Value[1..] : "";
        return name.Length > 1 && name.EndsWith('/') ? name[..^1] : name;
    }

    private static KeyserverException WrongVerb(HttpRequest request, string allow)
    {
        request.HttpContext.Response.Headers.Allow = allow;
        return new KeyserverException(ErrorName.MethodNotAllowed, $"This path only accepts {allow}.");
    }
}
