using System.Globalization;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Functions.Xrpc;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Functions.Endpoints.Server;

/// <summary><c>/.well-known/security.txt</c> (RFC 9116): the security contact, if the operator has set one.</summary>
public sealed class GetSecurityTxt(XrpcPipeline xrpc, IOptions<KeyserverOptions> options, TimeProvider clock)
{
    private static readonly XrpcMethod Resource = XrpcMethod.Resource("security.txt");

    /// <summary>
    /// RFC 9116 recommends less than a year. The date moves every day, so it never expires while the server runs.
    /// </summary>
    private static readonly TimeSpan Validity = TimeSpan.FromDays(180);

    [Function("SecurityTxt")]
    public Task<IResult> Get(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = ".well-known/security.txt")]
        HttpRequest request) =>
        xrpc.RunAsync(request, Resource, _ =>
        {
            var set = options.Value;
            if (set.SecurityContact.Length == 0)
                throw new KeyserverException(
                    ErrorName.RouteNotFound, "Nothing exists at this path; methods are at /xrpc/{NSID}.");
            var expires = (clock.GetUtcNow().UtcDateTime.Date + Validity).ToString(
                "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
            var text = $"Contact: {set.SecurityContact}\nExpires: {expires}\nPreferred-Languages: en\n"
                + $"Canonical: {set.PublicOrigin.TrimEnd('/')}/.well-known/security.txt\n";
            return XrpcResponse.WriteTextAsync(request.HttpContext.Response, text, "public, max-age=86400");
        });
}
