using System.Net.Http.Headers;
using System.Net.Http.Json;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Who calls: accounts of the emulated PDS, and the requests with their tokens.</summary>
internal sealed class Accounts(Stack stack)
{
    private const string Prefix = "dev.atpkeyserver.alpha.";

    private readonly string _audience = $"did:web:localhost%3A{stack.App.Port}";
    private int _made;

    public string[] Create(int count, AccountCurve curve) =>
        [.. Enumerable.Range(0, count).Select(_ => stack.Atproto.CreateAccount($"user{_made++}.test", AccountMethod.Plc, curve).Did)];

    public static string GroupOf(string owner, int number = 0) => $"{owner}#group{number}";

    public Request GetKey(string caller, string group, string? token = null) =>
        new($"/xrpc/{Prefix}group.getKey?group_id={Uri.EscapeDataString(group)}", Bearer(token ?? Token(caller, "group.getKey")));

    public Request AddMember(string owner, string group, string member) => new(
        $"/xrpc/{Prefix}group.addMember",
        Bearer(Token(owner, "group.addMember"), ("Content-Type", "application/json")),
        $$"""{"group_id":"{{group}}","member_did":"{{member}}"}""",
        "POST");

    public static Request GetPublicKey(string account) =>
        new($"/xrpc/{Prefix}keypair.getPublicKey?did={Uri.EscapeDataString(account)}", new Dictionary<string, string>());

    /// <summary>New tokens, on all cores: they differ in their <c>jti</c>.</summary>
    public IReadOnlyList<Request> GetKeys(IReadOnlyList<(string Caller, string Group)> calls) =>
        [.. calls.AsParallel().AsOrdered().Select(call => GetKey(call.Caller, call.Group))];

    /// <summary>Sends each once, 64 at a time; all must succeed.</summary>
    public async Task SendAllAsync(IEnumerable<Request> requests, Uri? origin = null)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 });
        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (request, cancellation) =>
        {
            using var message = new HttpRequestMessage(new HttpMethod(request.Verb), new Uri(origin ?? stack.App, request.Path));
            if (request.Headers.TryGetValue("Authorization", out var bearer))
                message.Headers.Authorization = AuthenticationHeaderValue.Parse(bearer);
            if (request.Body.Length > 0)
                message.Content = new StringContent(request.Body, new MediaTypeHeaderValue("application/json"));
            using var response = await http.SendAsync(message, cancellation);
            if (!response.IsSuccessStatusCode)
                throw new InvalidOperationException($"{request.Path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(cancellation)}");
        });
    }

    private string Token(string did, string method) => stack.Atproto.MintToken(did, _audience, Prefix + method);

    private static Dictionary<string, string> Bearer(string token, params (string Name, string Value)[] more)
    {
        var headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" };
        foreach (var (name, value) in more)
            headers[name] = value;
        return headers;
    }
}
