using System.Collections.Concurrent;
using System.Net.Http.Headers;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Tests.EndToEnd.Support;
using Xunit.Abstractions;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>
/// All users of a PDS share its address and the default budgets. One user must not block the others, whose calls the
/// PDS proxies (<c>atproto-proxy</c>) with a new token for each call.
/// </summary>
public sealed class ProxyFairnessTests(ProxyFairnessTests.DefaultBudgets keyserver, ITestOutputHelper output)
    : IClassFixture<ProxyFairnessTests.DefaultBudgets>, IDisposable
{
    private const string Method = "keypair.listVersions";
    private const int Flood = 2000;
    private const int AtOnce = 16;

    private static int _accounts;

    private readonly Api _api = keyserver.Api;
    private readonly AtprotoEmulator _pds = keyserver.Stack.Atproto;
    private readonly HttpClient _http = new() { Timeout = Eventually.Patience };
    private readonly EmulatedAccount _alice = NewAccount(keyserver);
    private readonly EmulatedAccount _bob = NewAccount(keyserver);
    private readonly EmulatedAccount _mallory = NewAccount(keyserver);

    [Fact]
    public async Task A_user_whose_tokens_do_not_match_the_document()
    {
        // The PDS signs with its own key; the document has another.
        var document = _pds.Document(_alice.Did).Replace(_alice.Did, _mallory.Did, StringComparison.Ordinal);
        _pds.OverrideDocument(_mallory.Did, new DocumentOverride { Body = document });
        Assert.Equal(200, await AnswerAsync(_bob, 503));
        var statuses = await FloodAsync(() => ThroughPdsAsync(_mallory));
        AreRefused(statuses);
        await VerifyOthersAreServedAsync();
    }

    [Fact]
    public async Task A_user_that_sends_malformed_tokens()
    {
        Assert.Equal(200, await AnswerAsync(_bob, 503));
        var statuses = await FloodAsync(() => SendAsync("a.b.c"));
        AreRefused(statuses);
        await VerifyOthersAreServedAsync();
    }

    [Fact]
    public async Task A_user_that_forges_the_tokens_of_a_neighbor()
    {
        Assert.Equal(200, await AnswerAsync(_bob, 503));
        var statuses = await FloodAsync(() => SendAsync(_api.Token(_bob.Did, Method, TokenOptions.ForgedSignature)));
        AreRefused(statuses);
        await VerifyOthersAreServedAsync();
    }

    [Fact]
    public async Task A_user_that_invents_issuers()
    {
        Assert.Equal(200, await AnswerAsync(_bob, 503));
        var lookups = _pds.TotalLookups;
        var forged = 0;
        var statuses = await FloodAsync(() => SendAsync(_api.Token(_mallory.Did, Method, new TokenOptions
        {
            EditPayload = payload => payload["iss"] = Numbered(Interlocked.Increment(ref forged)),
        })));
        Assert.Contains(429, statuses.Keys);
        output.WriteLine($"{_pds.TotalLookups - lookups} lookups");
        // 600, plus the refill during the flood; other tests have used a few.
        Assert.InRange(_pds.TotalLookups - lookups, 500, Flood - statuses[429]);
        await VerifyOthersAreServedAsync();
    }

    public void Dispose() => _http.Dispose();

    /// <summary>
    /// Known callers are served at once, unknown ones as soon as the directory may be asked. 503 means that the machine
    /// is slow.
    /// </summary>
    private async Task VerifyOthersAreServedAsync()
    {
        Assert.Equal(200, await AnswerAsync(_bob, 503));
        Assert.Equal(200, await AnswerAsync(_alice, 503, 429));
    }

    private static void AreRefused(IReadOnlyDictionary<int, int> statuses)
    {
        Assert.Contains(401, statuses.Keys);
        Assert.Contains(429, statuses.Keys);
        Assert.DoesNotContain(200, statuses.Keys);
    }

    /// <summary>The first other status.</summary>
    private async Task<int> AnswerAsync(EmulatedAccount account, params int[] retried)
    {
        var status = 0;
        await Eventually.TrueAsync(async () =>
        {
            status = await ThroughPdsAsync(account);
            return !retried.Contains(status);
        });
        return status;
    }

    /// <summary>Counts the responses by status while the neighbor keeps calling.</summary>
    private async Task<IReadOnlyDictionary<int, int>> FloodAsync(Func<Task<int>> call)
    {
        var statuses = new ConcurrentDictionary<int, int>();
        var neighbour = new ConcurrentDictionary<int, int>();
        await Parallel.ForAsync(0, Flood, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
        {
            statuses.AddOrUpdate(await call(), 1, (_, count) => count + 1);
            if (i % 50 == 0)
                neighbour.AddOrUpdate(await ThroughPdsAsync(_bob), 1, (_, count) => count + 1);
        });
        output.WriteLine($"flood: {Show(statuses)}; neighbour: {Show(neighbour)}");
        Assert.DoesNotContain(401, neighbour.Keys);
        Assert.DoesNotContain(429, neighbour.Keys);
        return statuses;

        static string Show(IReadOnlyDictionary<int, int> counts) =>
            string.Join(", ", counts.OrderBy(each => each.Key).Select(each => $"{each.Value} x {each.Key}"));
    }

    private async Task<int> ThroughPdsAsync(EmulatedAccount account)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_pds.Origin, $"/xrpc/{Api.A}{Method}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", account.AccessToken);
        request.Headers.Add("atproto-proxy", $"{_api.Did}#atp_keyserver");
        using var response = await _http.SendAsync(request);
        return (int)response.StatusCode;
    }

    private async Task<int> SendAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}{Method}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return (await _api.SendAsync(request)).Status;
    }

    private static EmulatedAccount NewAccount(DefaultBudgets keyserver) =>
        keyserver.Stack.Atproto.CreateAccount($"neighbour{Interlocked.Increment(ref _accounts)}.test");

    /// <summary>A did:plc that does not exist.</summary>
    private static string Numbered(int number)
    {
        const string base32 = "abcdefghijklmnopqrstuvwxyz234567";
        return "did:plc:" + string.Create(24, number, static (text, left) =>
        {
            for (var i = 0; i < text.Length; i++, left /= base32.Length)
                text[i] = base32[left % base32.Length];
        });
    }

    public sealed class DefaultBudgets : KeyserverFixture
    {
        protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>();
    }
}
