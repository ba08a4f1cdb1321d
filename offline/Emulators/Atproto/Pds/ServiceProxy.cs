using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>
/// Passes calls on, as a PDS does: with a token of its own making, without the caller's user agent, and no longer than 10 s. Only to a
/// service on this machine. <see href="https://atproto.com/specs/xrpc#service-proxying"/>
/// </summary>
internal sealed class ServiceProxy : IDisposable
{
    private const string Header = "atproto-proxy";
    private const string LocalService = "did:web:localhost%3A";

    private static readonly string[] PassedBack =
        ["Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy"];

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };

    /// <exception cref="XrpcException">The header names no service here, or the service does not answer.</exception>
    public async Task PassOnAsync(HttpContext context, Func<string, string> token)
    {
        var service = context.Request.Headers[Header].ToString().Split('#');
        if (service.Length != 2 || !service[0].StartsWith(LocalService, StringComparison.Ordinal)
            || !ushort.TryParse(service[0][LocalService.Length..], out var port))
            throw XrpcException.InvalidRequest($"{Header} names a service: DID#fragment, here of {LocalService}{{port}} only.");
        var target = new Uri($"http://localhost:{port}{context.Request.Path}{context.Request.QueryString}");
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), target);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token(service[0]));
        if (HttpMethods.IsPost(context.Request.Method))
        {
            request.Content = new StreamContent(context.Request.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        try
        {
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            foreach (var name in PassedBack)
            {
                if (response.Headers.TryGetValues(name, out var values))
                    context.Response.Headers[name] = values.ToArray();
            }

            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !context.Response.HasStarted)
        {
            throw new XrpcException(502, "UpstreamFailure", "The service does not answer.");
        }
    }

    public void Dispose() => _http.Dispose();
}
