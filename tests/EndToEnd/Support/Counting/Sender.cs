using System.Net.Http.Headers;
using System.Net.Http.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Functions.Xrpc;

namespace AtpKeyserver.Tests.EndToEnd.Support.Counting;

/// <summary>Calls an instance as a browser behind a proxy, whose user agent is logged.</summary>
public sealed class Sender : IDisposable
{
    public const string Prefix = "dev.atpkeyserver.alpha.";

    /// <summary>112 characters.</summary>
    private const string Browser =
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile "
            + "Safari/537.36";

    private readonly Stack _stack;
    private readonly HttpClient _http;

    /// <param name="stack">The stack whose PDS creates the tokens.</param>
    /// <param name="origin">The origin of the instance.</param>
    /// <param name="asPds">A PDS that proxies a call sends no user agent of the browser.</param>
    public Sender(Stack stack, Uri origin, bool asPds = false)
    {
        _stack = stack;
        _http = new HttpClient(
            new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 }) { BaseAddress = origin };
        _http.DefaultRequestHeaders.Add("X-Forwarded-For", "203.0.113.7");
        if (!asPds)
            _http.DefaultRequestHeaders.Add("User-Agent", Browser);
    }

    public string Token(string caller, string method) =>
        _stack.Atproto.MintToken(caller, $"did:web:localhost%3A{_stack.App.Port}", Prefix + method);

    /// <summary>With a new token.</summary>
    public Task<int> SendAsync(string method, string? caller, params (string Name, object Value)[] values) =>
        SendAsync(method, caller is null ? null : Token(caller, method),
            values.ToDictionary(value => value.Name, value => value.Value));

    /// <returns>The status.</returns>
    public async Task<int> SendAsync(string method, string? token, IReadOnlyDictionary<string, object> values)
    {
        var isQuery = XrpcMethods.Find(Prefix + method)!.Kind == XrpcKind.Query;
        var query = isQuery ? "?"
            + string.Join('&', values.SelectMany(value => Parameters(value.Key, value.Value))) : "";
        using var request =
            new HttpRequestMessage(isQuery ? HttpMethod.Get : HttpMethod.Post, $"/xrpc/{Prefix}{method}{query}");
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (!isQuery)
            request.Content = JsonContent.Create(values);
        using var answer = await _http.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        return (int)answer.StatusCode;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A list is a repeated parameter.</summary>
    private static IEnumerable<string> Parameters(string name, object value) =>
        (value as IEnumerable<string> ?? [$"{value}"]).Select(each => $"{name}={Uri.EscapeDataString(each)}");
}
