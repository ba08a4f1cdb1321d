using AtpKeyserver.Tests.EndToEnd.Support;

namespace AtpKeyserver.Tests.EndToEnd;

/// <summary>Concurrent requests for one public key are one creation, charged to one of their callers only.</summary>
public sealed class PublicCreationFairnessTests(PublicCreationFairnessTests.Proxied keyserver)
    : IClassFixture<PublicCreationFairnessTests.Proxied>
{
    private const string Spent = "203.0.113.7";

    [Fact]
    public async Task A_network_whose_share_is_used_up_refuses_nobody_else()
    {
        while ((await AskAsync(keyserver.Api.NewAccount(), Spent)).Status == 200)
        {
            // Until its share is used up.
        }

        for (var i = 0; i < 30; i++)
        {
            var account = keyserver.Api.NewAccount();
            var flood = Enumerable.Range(0, 8).Select(_ => AskAsync(account, Spent)).ToArray();
            var honest = AskAsync(account, $"198.51.{i}.7");

            (await honest).Ok();
            await Task.WhenAll(flood);
        }
    }

    private async Task<Answer> AskAsync(string account, string address)
    {
        var query = $"did={Uri.EscapeDataString(account)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Api.A}keypair.getPublicKey?{query}");
        request.Headers.Add("X-Forwarded-For", address);
        return await keyserver.Api.SendAsync(request);
    }

    public sealed class Proxied : KeyserverFixture
    {
        protected override IReadOnlyDictionary<string, string> Settings => new Dictionary<string, string>(base.Settings)
        {
            ["Keyserver__PublicCreationsPerHour"] = "200",
            ["Keyserver__RateLimits__Enabled"] = "false",
            ["Keyserver__RateLimits__TrustedProxies"] = "2",
        };
    }
}
