using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using AtpKeyserver.DevStack;

namespace AtpKeyserver.Perf.Support;

/// <summary>Calls a stack's app as accounts of its emulated PDS, with a new token per call.</summary>
internal sealed class XrpcCaller(Stack stack) : IDisposable
{
    public const string Prefix = "dev.atpkeyserver.alpha.";

    /// <summary>Long enough for an export of a million rows, which takes minutes.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(10);

    private readonly HttpClient _http = Connect(stack.App);

    /// <param name="origin">The instance to call.</param>
    /// <param name="connections">The maximum number of connections.</param>
    public static HttpClient Connect(Uri origin, int connections = int.MaxValue)
    {
        var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseProxy = false };
        return new HttpClient(handler) { BaseAddress = origin, Timeout = Timeout };
    }

    /// <summary>The DID of the stack's keyserver.</summary>
    public static string Audience(Stack stack) => $"did:web:localhost%3A{stack.App.Port}";

    /// <param name="did">The calling account.</param>
    /// <param name="method">The method without <see cref="Prefix"/>.</param>
    public string Token(string did, string method) => stack.Atproto.MintToken(did, Audience(stack), Prefix + method);

    public HttpRequestMessage Get(string did, string method, string query = "") =>
        Request(HttpMethod.Get, did, method, query);

    public HttpRequestMessage Post(string did, string method, object body)
    {
        var request = Request(HttpMethod.Post, did, method, "");
        request.Content = JsonContent.Create(body, body.GetType());
        return request;
    }

    /// <summary>Returns when the headers have arrived.</summary>
    /// <exception cref="HttpRequestException">The status is not successful.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(cancellation);
            throw new HttpRequestException($"{request.RequestUri?.AbsolutePath}: {response.StatusCode} {text}");
        }
    }

    /// <summary>Sends the request once and returns the response body.</summary>
    /// <exception cref="HttpRequestException">The status is not successful.</exception>
    public async Task<JsonElement> CallAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        using (request)
        {
            using var response = await SendAsync(request, cancellation);
            return JsonElement.Parse(await response.Content.ReadAsByteArrayAsync(cancellation));
        }
    }

    /// <summary>Creates a group by its owner's first read of its key.</summary>
    public Task CreateGroupAsync(string group, CancellationToken cancellation)
    {
        var owner = group[..group.IndexOf('#', StringComparison.Ordinal)];
        return CallAsync(Get(owner, "group.getKey", GroupQuery(group)), cancellation);
    }

    public static string GroupQuery(string group) => $"?group_id={Uri.EscapeDataString(group)}";

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Request(HttpMethod verb, string did, string method, string query)
    {
        var request = new HttpRequestMessage(verb, $"/xrpc/{Prefix}{method}{query}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(did, method));
        return request;
    }
}
