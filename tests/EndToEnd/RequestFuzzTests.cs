using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using AtpKeyserver.Functions.Xrpc;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.Support.Fuzzing;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// Requests with a random part, sent to the running app: never a 500, always a response, errors always in the
/// documented form, and nothing returned for a changed token. <c>KEYSERVER_FUZZ_SEED</c> replays a run;
/// <c>KEYSERVER_FUZZ_EXECUTIONS</c> sends a hundredth as many requests.
/// </summary>
[Collection(SharedKeyserver.OfProtocol)]
public sealed partial class RequestFuzzTests(KeyserverFixture keyserver, ITestOutputHelper output)
{
    private const int ShortRun = 40_000;
    private const int Cost = 100;
    private const int MaxPart = 4096;

    private static readonly TimeSpan Moment = TimeSpan.FromMilliseconds(300);

    private static readonly string[] Verbs =
        ["GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "get", "X"];

    private static readonly string[] Words =
    [
        "%", "%00", "%2F", "%23", "%ff", "..", "//", "/./", "?", "&", "=", "#", ";", ",", "\"", "\\", "{", "[", "null",
        "\\u0000",
        "\\ud800", "did:plc:", "#atproto",
        "version", "limit", "cursor", "group_id", "member_did", "member_dids", "permissions", "expires_at", "reason",
        "chunked", "gzip",
        "application/json", "text/plain",
        "charset=utf-16", "Bearer", "Basic", "eyJ", "203.0.113.7", "[::1]:80", "1e400", "-1", "2147483648", "\t",
        "\u007f", "ü", "🔑",
        ".well-known/did.json", "_health",
        "xrpc/", "XRPC/", "com.example.x", "keypair.rotate",
    ];

    private readonly Api _api = keyserver.Api;
    private readonly string _alice = keyserver.Api.NewAccount();

    [Fact]
    public async Task Any_request_gets_a_protocol_response()
    {
        var seed = ulong.Parse(Setting("KEYSERVER_FUZZ_SEED") ?? "20260101", CultureInfo.InvariantCulture);
        var count =
            int.Parse(Setting("KEYSERVER_FUZZ_EXECUTIONS") ?? $"{ShortRun}", CultureInfo.InvariantCulture) / Cost;
        output.WriteLine($"KEYSERVER_FUZZ_SEED={seed}");
        var dice = new Dice(seed);
        var mutator = new Mutator(dice, [.. Words.Select(Encoding.UTF8.GetBytes)]);
        var answers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        (await _api.GetAsync("group.getKey", _alice, ("group_id", _alice + "#fuzz"))).Ok();
        for (var i = 0; i < count; i++)
        {
            var request = Request.Of(_api, _alice, dice);
            request.Spoil(dice, mutator);
            var answer = await SendAsync(request);
            var verdict = Assess(request, answer);
            Assert.True(verdict is null, $"{verdict}\n{Encoding.Latin1.GetString(request.Bytes)}\n---\n{answer}");
            var name = answer.Length > 12 ? answer[9..12] : "closed";
            answers[name] = answers.GetValueOrDefault(name) + 1;
        }

        output.WriteLine(string.Join(", ", answers.Select(answer => $"{answer.Key}: {answer.Value}")));
        Assert.True(answers.ContainsKey("200") && answers.ContainsKey("400") && answers.ContainsKey("401")
            && answers.ContainsKey("501"));
        (await _api.GetAsync("group.getKey", _alice, ("group_id", _alice + "#fuzz"))).Ok();
    }

    private async Task<string> SendAsync(Request request)
    {
        using var patience = new CancellationTokenSource(Eventually.Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(keyserver.Stack.App.Host, keyserver.Stack.App.Port, patience.Token);
        var stream = client.GetStream();
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(request.Bytes, patience.Token);
            var reading = stream.CopyToAsync(answer, patience.Token);
            // The server may wait for the rest of a request whose framing was changed.
            if (request.IsFrameTouched && await Task.WhenAny(reading, Task.Delay(Moment)) != reading)
                client.Client.Shutdown(SocketShutdown.Send);
            await reading;
        }
        catch (IOException)
        {
            // Refused before the request was read completely: the response has arrived.
        }

        return Encoding.UTF8.GetString(answer.ToArray());
    }

    [GeneratedRegex("^Content-Length: ([0-9]+)\r?$", RegexOptions.Multiline)]
    private static partial Regex ContentLength();

    /// <summary>What is wrong with a response; null if nothing is.</summary>
    private static string? Assess(Request request, string answer)
    {
        if (answer.Length == 0)
            return request.IsFrameTouched ? null : "The connection was closed without a response.";
        var end = answer.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end < 0 || !answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal))
            return "The response is not HTTP.";
        var (head, body) = (answer[..end], answer[(end + 4)..]);
        // If the body's length was changed, what follows is another request, and has another response.
        if (ContentLength().Match(head) is { Success: true } match)
            body = body[..Math.Min(body.Length, int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture))];
        var status = int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture);
        if (status == 500)
            return "The server failed.";
        if (!head.Contains("Access-Control-Allow-Origin", StringComparison.OrdinalIgnoreCase))
        {
            // Before the app, the web server refuses invalid HTTP, and the host refuses CONNECT and a path that begins
            // with an empty segment.
            var isRefused = status is 400 or 408 or 411 or 413 or 414 or 431 or 505
                || (status == 404 && request.BeginsWithEmptySegment)
                || (status == 405 && request.IsConnect);
            return isRefused && body.Length == 0 ? null : "The response does not come from the app.";
        }

        if (status == 200)
            return request.IsForAccounts && !request.HoldsToken ? "The request was served without its token." : null;
        if (status == 204 || request.IsHead)
            return body.Length == 0 ? null : "It has a body.";
        if (status is not (400 or 401 or 403 or 404 or 405 or 409 or 413 or 415 or 501 or 503))
            return "No method returns this status.";
        return IsError(body, status) ? null : "The error does not have the documented form.";
    }

    private static bool IsError(string body, int status)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return json.RootElement.EnumerateObject().Select(member => member.Name).SequenceEqual(["error", "message"])
                && (status != 503 || json.RootElement.GetProperty("error").GetString() == "UpstreamFailure");
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? Setting(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    /// <summary>A valid call of some method, in parts.</summary>
    private sealed class Request
    {
        private readonly string _token;
        private readonly List<(string Name, string Value)> _headers = [];
        private string _verb;
        private string _path;
        private string _query = "";
        private byte[] _body = [];
        private byte[]? _whole;

        private Request(XrpcMethod method, string nsid, string token)
        {
            IsForAccounts = method.Access == XrpcAccess.Account;
            _token = token;
            _verb = method.Kind == XrpcKind.Query ? "GET" : "POST";
            _path = "/xrpc/" + nsid;
        }

        public bool IsForAccounts { get; }

        public bool IsFrameTouched => _whole is not null;

        public bool IsHead => Encoding.Latin1.GetString(Bytes).StartsWith("HEAD ", StringComparison.Ordinal);

        public bool IsConnect => Encoding.Latin1.GetString(Bytes).StartsWith("CONNECT ", StringComparison.Ordinal);

        public bool BeginsWithEmptySegment => _path.StartsWith("//", StringComparison.Ordinal) || _whole is not null;

        public bool HoldsToken => Encoding.Latin1.GetString(Bytes).Contains(_token, StringComparison.Ordinal);

        public byte[] Bytes => _whole ?? Compose();

        public static Request Of(Api api, string caller, Dice dice)
        {
            var method = XrpcMethods.All[dice.Below(XrpcMethods.All.Count)];
            var names = method.Aliases.Prepend(method.Nsid).ToList();
            var nsid = names[dice.Below(names.Count)];
            var request = new Request(method, nsid, api.Token(caller, nsid[Api.A.Length..]));
            var group = caller + "#fuzz";
            request._headers.Add(("User-Agent", "fuzz"));
            request._headers.Add(("X-Forwarded-For", "203.0.113.7"));
            if (request.IsForAccounts)
                request._headers.Add(("Authorization", "Bearer " + request._token));
            if (method.Kind == XrpcKind.Query)
            {
                request._query = $"?group_id={Uri.EscapeDataString(group)}&did={Uri.EscapeDataString(caller)}&limit=10";
                return request;
            }

            request._headers.Add(("Content-Type", "application/json"));
            request._body = JsonSerializer.SerializeToUtf8Bytes(new
            {
                group_id = group,
                member_did = "did:plc:abcdefghijklmnopqrstuvwx",
                member_dids = new[] { "did:plc:abcdefghijklmnopqrstuvwx" },
                delegate_did = "did:plc:abcdefghijklmnopqrstuvwx",
                permissions = new[] { "add_member" },
                reason = "a reason",
                expected_version = 7,
                expires_at = "2099-01-23T10:30:00.000Z",
                confirmation = "no",
            });
            return request;
        }

        public void Spoil(Dice dice, Mutator mutator)
        {
            switch (dice.Below(8))
            {
                case 0:
                    _verb = Verbs[dice.Below(Verbs.Length)];
                    break;
                case 1:
                    _path = "/" + OneLine(mutator, _path[1..]);
                    break;
                case 2:
                    _query = "?" + OneLine(mutator, _query);
                    break;
                case 3 or 4:
                    var header = dice.Below(_headers.Count);
                    _headers[header] =
                        (_headers[header].Name, Mutate(mutator, _headers[header].Value).ReplaceLineEndings(" "));
                    break;
                case 5 or 6:
                    _body = mutator.Mutate(_body, [_body], 2 * XrpcBody.MaxLength);
                    break;
                default:
                    var bytes = Compose();
                    _whole = mutator.Mutate(bytes, [bytes], 4 * MaxPart);
                    break;
            }
        }

        private static string OneLine(Mutator mutator, string text) =>
            string.Concat(Mutate(mutator, text).Select(c => c is <= ' ' or >= '\u007f' ? $"%{(int)c:X2}" : $"{c}"));

        private static string Mutate(Mutator mutator, string text)
        {
            var bytes = Encoding.Latin1.GetBytes(text);
            return Encoding.Latin1.GetString(mutator.Mutate(bytes, [bytes], MaxPart));
        }

        private byte[] Compose()
        {
            var head =
                new StringBuilder($"{_verb} {_path}{_query} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
            foreach (var (name, value) in _headers)
                head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            if (_body.Length > 0 || _verb == "POST")
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {_body.Length}\r\n");
            return [.. Encoding.Latin1.GetBytes(head.Append("\r\n").ToString()), .. _body];
        }
    }
}
