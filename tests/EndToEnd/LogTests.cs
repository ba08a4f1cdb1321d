using System.Net.Http.Headers;
using AtpKeyserver.DevStack;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>What the app's log says, and what it must never say.</summary>
public sealed class LogTests : IAsyncLifetime
{
    private const string Address = "198.51.100.77";

    private readonly List<string> _canaries = [Address];
    private Stack _stack = null!;

    public async Task InitializeAsync() => _stack = await Stack.StartAsync(new StackOptions
    {
        Environment = new Dictionary<string, string> { ["Logging__LogLevel__Default"] = "Trace" },
    });

    public async Task DisposeAsync() => await _stack.DisposeAsync();

    [Fact]
    public async Task It_says_which_rule_refused_a_token_and_holds_no_token_key_body_or_address_even_at_the_finest_level()
    {
        using var api = new Api(_stack);
        var alice = api.NewAccount();
        var group = Uri.EscapeDataString($"{alice}#friends");
        foreach (var options in new[] { TokenOptions.Expired, TokenOptions.ForgedSignature, TokenOptions.WrongType })
            Assert.Equal(401, (await SendAsync(api, $"group.getKey?group_id={group}", api.Token(alice, "group.getKey", options))).Status);

        var key = (await SendAsync(api, $"group.getKey?group_id={group}", api.Token(alice, "group.getKey"))).Ok().String("secretKey");
        var pair = (await SendAsync(api, "keypair.getKeypair", api.Token(alice, "keypair.getKeypair"))).Ok().String("privateKey");
        foreach (var secret in new[] { key, pair })
        {
            _canaries.Add(secret);
            _canaries.Add(Convert.ToBase64String(Convert.FromHexString(secret)));
        }

        (await api.PostAsync("group.rotateKey", alice, "{\"group_id\": \"canary-of-a-body\"}")).Is(400, "InvalidRequest");
        (await api.PostAsync("group.rotateKey", alice, "canary-of-no-json")).Is(400, "InvalidRequest");
        _canaries.AddRange(["canary-of-a-body", "canary-of-no-json"]);
        await _stack.Azurite.KillAsync();
        (await SendAsync(api, $"group.getKey?group_id={group}", api.Token(alice, "group.getKey"))).Is(503, "UpstreamFailure");
        await _stack.Keyserver.StopAsync();

        var log = string.Join('\n', _stack.Log.Lines);
        foreach (var rule in new[] { "JwtExpired", "BadJwtSignature", "BadJwtType" })
            Assert.Contains($"A token was refused: {rule}", log, StringComparison.Ordinal);
        Assert.All(_canaries, canary => Assert.DoesNotContain(canary, log, StringComparison.OrdinalIgnoreCase));
    }

    private async Task<Answer> SendAsync(Api api, string call, string token)
    {
        // Payload and signature; the header is the same in every token.
        _canaries.AddRange(token.Split('.').Skip(1));
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}{call}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Add("X-Forwarded-For", Address);
        return await api.SendAsync(request);
    }
}
