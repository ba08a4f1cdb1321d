using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.Support.Lexicons;

namespace AtpKeyserver.Tests.EndToEnd.Support;

/// <summary>Calls the running app as a client does. Every successful response is checked against its lexicon.</summary>
public sealed class Api(Stack stack, Uri? origin = null) : IDisposable
{
    public const string A = "dev.atpkeyserver.alpha.";

    private static int _accounts;

    // Header values are sent as UTF-8, as some clients do.
    private readonly HttpClient _http =
        new(new SocketsHttpHandler { RequestHeaderEncodingSelector = (_, _) => Encoding.UTF8 }) { BaseAddress = origin
        ?? stack.App, Timeout = Eventually.Patience };

    /// <summary>Gets each request and its response.</summary>
    public event Action<HttpRequestMessage, Answer>? Answered;

    public Uri Origin => _http.BaseAddress!;

    /// <summary>The audience of tokens.</summary>
    public string Did => $"did:web:localhost%3A{stack.App.Port}";

    /// <summary>A new account of the PDS.</summary>
    public string NewAccount(AccountCurve curve = AccountCurve.P256) =>
        stack.Atproto.CreateAccount($"user{Interlocked.Increment(ref _accounts)}.test", AccountMethod.Plc, curve).Did;

    public string Token(string did, string method, TokenOptions? options = null) =>
        stack.Atproto.MintToken(did, Did, A + method, options);

    /// <summary>
    /// A query: <c>GetAsync("group.getKey", alice, ("group_id", id))</c>; without an account it carries no token.
    /// </summary>
    public Task<Answer> GetAsync(string method, string? caller, params (string Name, string Value)[] parameters) =>
        SendAsync(HttpMethod.Get, method, caller, null, parameters);

    public Task<Answer> HeadAsync(string method, string? caller, params (string Name, string Value)[] parameters) =>
        SendAsync(HttpMethod.Head, method, caller, null, parameters);

    /// <summary>A procedure with a JSON body from an anonymous object, or from verbatim text.</summary>
    public Task<Answer> PostAsync(string method, string? caller, object? body) =>
        SendAsync(HttpMethod.Post, method, caller, body switch
        {
            null => null,
            string text => new StringContent(text, Encoding.UTF8, "application/json"),
            HttpContent content => content,
            _ => new StringContent(JsonSerializer.Serialize(body), Encoding.UTF8, "application/json"),
        });

    public async Task<Answer> SendAsync(
        HttpMethod verb, string method, string? caller, HttpContent? content,
        params (string Name, string Value)[] parameters)
    {
        var query = string.Join('&', parameters.Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value)}"));
        using var request = new HttpRequestMessage(
            verb, $"/xrpc/{A}{method}{(query.Length > 0 ? "?" : "")}{query}") { Content = content };
        if (caller is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token(caller, method));
        var answer = await SendAsync(request);
        if (answer.Status == 200 && verb != HttpMethod.Head)
            await CheckAsync(method, answer.Json);
        return answer;
    }

    /// <summary>Sends any request unchanged.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await _http.SendAsync(request);
        var answer = new Answer(response, await response.Content.ReadAsByteArrayAsync());
        Answered?.Invoke(request, answer);
        return answer;
    }

    /// <summary>With our validator and the AT Protocol's; an alias has the lexicon of its method.</summary>
    public static async Task CheckAsync(string method, JsonElement answer)
    {
        var nsid = XrpcMethods.Find(A + method)!.Nsid;
        Assert.Empty(LexiconValidator.Product.CheckOutput(nsid, answer));
        Assert.Null(await ReferenceValidator.CheckOutputAsync(nsid, answer));
    }

    public void Dispose() => _http.Dispose();
}
