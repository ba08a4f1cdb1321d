using System.Net.Http.Headers;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Perf.Support;

namespace AtpKeyserver.Perf.Speed;

/// <summary>Creates accounts of the emulated PDS and their requests.</summary>
internal sealed class Accounts(Stack stack)
{
    private const string Prefix = XrpcCaller.Prefix;

    /// <summary>Connections of <see cref="SendAllAsync"/>.</summary>
    private const int Connections = 64;

    private readonly string _audience = XrpcCaller.Audience(stack);
    private int _made;

    public string[] Create(int count, AccountCurve curve) =>
        [.. Enumerable.Range(0, count)
            .Select(_ => stack.Atproto.CreateAccount($"user{_made++}.test", AccountMethod.Plc, curve).Did)];

    public string Token(string did, string method) =>
        stack.Atproto.MintToken(did, _audience, Prefix + method);

    public static string GroupOf(string owner, int number = 0) => $"{owner}#group{number}";

    public Request GetKey(string caller, string group, string? token = null) => new(
        $"/xrpc/{Prefix}group.getKey{XrpcCaller.GroupQuery(group)}", Bearer(token ?? Token(caller, "group.getKey")));

    public Request AddMember(string owner, string group, string member) => new(
        $"/xrpc/{Prefix}group.addMember",
        Bearer(Token(owner, "group.addMember"), ("Content-Type", "application/json")),
        $$"""{"group_id":"{{group}}","member_did":"{{member}}"}""",
        "POST");

    public Request AddMembers(string owner, string group, IEnumerable<string> members) => new(
        $"/xrpc/{Prefix}group.addMembers",
        Bearer(Token(owner, "group.addMembers"), ("Content-Type", "application/json")),
        $$"""{"group_id":"{{group}}","member_dids":["{{string.Join("\",\"", members)}}"]}""",
        "POST");

    public static Request GetKeys(IEnumerable<string> groups, string token) => new(
        $"/xrpc/{Prefix}group.getKeys?"
            + string.Join('&', groups.Select(group => $"keys={Uri.EscapeDataString(group)}")),
        Bearer(token));

    public Request GetKeypair(string account) =>
        new($"/xrpc/{Prefix}keypair.getKeypair", Bearer(Token(account, "keypair.getKeypair")));

    public static Request GetPublicKey(string account) => new(
        $"/xrpc/{Prefix}keypair.getPublicKey?did={Uri.EscapeDataString(account)}", new Dictionary<string, string>());

    /// <summary>Creates requests with a new token each, on all cores. Tokens differ in their <c>jti</c>.</summary>
    public IReadOnlyList<Request> GetKeys(IReadOnlyList<(string Caller, string Group)> calls) =>
        [.. calls.AsParallel().AsOrdered().Select(call => GetKey(call.Caller, call.Group))];

    /// <summary>Sends each request once, 64 at a time.</summary>
    /// <exception cref="InvalidOperationException">A request failed.</exception>
    public async Task SendAllAsync(IEnumerable<Request> requests, Uri? origin = null)
    {
        using var http = XrpcCaller.Connect(origin ?? stack.App, Connections);
        var options = new ParallelOptions { MaxDegreeOfParallelism = Connections };
        await Parallel.ForEachAsync(requests, options, async (request, cancellation) =>
        {
            using var message = new HttpRequestMessage(new HttpMethod(request.Verb), request.Path);
            if (request.Headers.TryGetValue("Authorization", out var bearer))
                message.Headers.Authorization = AuthenticationHeaderValue.Parse(bearer);
            if (request.Body.Length > 0)
                message.Content = new StringContent(request.Body, new MediaTypeHeaderValue("application/json"));
            using var response = await http.SendAsync(message, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            if (!response.IsSuccessStatusCode)
                throw new InvalidOperationException($"{request.Path}: {(int)response.StatusCode} {text}");
        });
    }

    private static Dictionary<string, string> Bearer(string token, params (string Name, string Value)[] more)
    {
        var headers = new Dictionary<string, string> { ["Authorization"] = $"Bearer {token}" };
        foreach (var (name, value) in more)
            headers[name] = value;
        return headers;
    }
}
