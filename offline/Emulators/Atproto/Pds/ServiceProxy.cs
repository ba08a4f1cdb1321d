using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;

namespace AtpKeyserver.Emulators.Atproto.Pds;

/// <summary>
/// Proxies calls like a PDS: with a new service token, without the caller's user agent, for up to 10 s. Only to
/// services on this machine. <see href="https://atproto.com/specs/xrpc#service-proxying"/>
/// </summary>
internal sealed class ServiceProxy : IDisposable
{
    public const string Header = "atproto-proxy";

    public static readonly string[] ForwardedHeaders =
        ["Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "RateLimit-Policy"];

    private readonly HttpClient _http;
    private readonly ServiceEndpoints _endpoints;

    public ServiceProxy()
    {
        _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
        _endpoints = new(_http);
    }

    /// <exception cref="XrpcException">The header names no local service, or the service does not respond.</exception>
    public async Task ForwardAsync(HttpContext context, Func<string, string> token)
    {
        var service = context.Request.Headers[Header].ToString();
        var endpoint = await FindAsync(service, context.RequestAborted);
        // Concatenates text, as several PDSs do: an endpoint with a trailing slash results in "//xrpc/…".
        var target = new Uri(endpoint + context.Request.Path + context.Request.QueryString);
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), target);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token(service[..service.IndexOf('#')]));
        if (HttpMethods.IsPost(context.Request.Method))
        {
            request.Content = new StreamContent(context.Request.Body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", context.Request.ContentType);
        }

        try
        {
            using var response = await _http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            foreach (var name in ForwardedHeaders)
            {
                if (response.Headers.TryGetValues(name, out var values))
                    context.Response.Headers[name] = values.ToArray();
            }

            await response.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !context.Response.HasStarted)
        {
            throw NoResponse();
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<string> FindAsync(string service, CancellationToken cancellation)
    {
        try
        {
            return await _endpoints.FindAsync(service, cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            throw NoResponse();
        }
    }

    private static XrpcException NoResponse() => new(502, "UpstreamFailure", "The service did not respond.");
}
