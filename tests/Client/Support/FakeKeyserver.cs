using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace AtpKeyserver.Tests.Client.Support;

/// <summary>A client whose keyserver is the test.</summary>
internal sealed class FakeKeyserver : IDisposable
{
    public const string Did = "did:web:keys.example.com";
    public const string Group = "did:plc:ewvi7nxzyoun6zhxrhs64oiz#friends";
    public const string AtUri = "at://did:plc:ewvi7nxzyoun6zhxrhs64oiz/app.bsky.feed.post/3laaaaaaaaaa2";

    private int _tokens;

    public FakeKeyserver(Func<Request, HttpResponseMessage> answer) : this(request => Task.FromResult(answer(request)))
    {
    }

    /// <param name="answer">Answers each request.</param>
    /// <param name="collects">Whether keys are collected into one call, until the test advances the clock.</param>
    public FakeKeyserver(Func<Request, Task<HttpResponseMessage>> answer, bool collects = false)
    {
        Clock.HoldsDelays = collects;
        Web = new FakeWeb(answer);
        Options = new KeyserverClientOptions
        {
            Address = new Uri("https://keys.example.com"), HttpClient = Web.Client(), TimeProvider = Clock,
        };
        if (!collects)
            Options.KeyBatchDelay = TimeSpan.Zero;
        Client = new KeyserverClient(Did, TokenAsync, Options);
    }

    public ManualClock Clock { get; } = new();

    public FakeWeb Web { get; }

    public KeyserverClientOptions Options { get; }

    public KeyserverClient Client { get; }

    public int Tokens => _tokens;

    public TimeSpan TokenLifetime { get; set; } = TimeSpan.FromSeconds(60);

    public static string Jwt(string id, DateTimeOffset? end) =>
        $"{Part("{\"alg\":\"ES256K\"}")}.{Part($"{{\"jti\":\"{id}\"{(
            end is { } exp ? $",\"exp\":{exp.ToUnixTimeSeconds()}" : "")}}}")}.c2ln";

    /// <summary>Another key for each version.</summary>
    public static byte[] Key(int version) => SHA256.HashData([(byte)version]);

    public static HttpResponseMessage GroupKey(int version, string group = Group) => FakeWeb.Json(
        $$"""
        {"groupId":"{{group}}","secretKey":"{{Convert.ToHexStringLower(Key(version))}}","version":{{version}}}
        """);

    /// <summary>Version 2 is active, or the one that was asked for.</summary>
    public static HttpResponseMessage GroupKey(Request request, int active = 2)
    {
        var query = System.Web.HttpUtility.ParseQueryString(request.Uri.Query);
        return GroupKey(query["version"] is { } version ? int.Parse(version, null) : active, query["group_id"]!);
    }

    public void Dispose()
    {
        Client.Dispose();
        Options.HttpClient!.Dispose();
        Web.Dispose();
    }

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    private Task<string> TokenAsync(string audience, string method, CancellationToken cancellation)
    {
        Assert.Equal(Did, audience);
        var id = $"{method} {Interlocked.Increment(ref _tokens)}";
        return Task.FromResult(Jwt(id, Clock.GetUtcNow() + TokenLifetime));
    }
}
