using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Integration.Emulators;

public sealed class AtprotoDirectoryTests : AtprotoFixture
{
    [Theory]
    [InlineData(AccountCurve.Secp256k1, "zQ3s", "https://w3id.org/security/suites/secp256k1-2019/v1")]
    [InlineData(AccountCurve.P256, "zDn", "https://w3id.org/security/suites/ecdsa-2019/v1")]
    public async Task A_did_plc_resolves_to_a_document_in_the_directorys_format(
        AccountCurve curve, string prefix, string suite)
    {
        var account = Emulator.CreateAccount("alice.test", curve: curve);
        Assert.Matches("^did:plc:[a-z2-7]{24}$", account.Did);
        using var response = await LookUpAsync(account.Did);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/did+ld+json; charset=utf-8", response.Content.Headers.ContentType?.ToString());

        var document = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        var context = document["@context"]!.AsArray().Select(entry => (string)entry!);
        Assert.Equal(["https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1", suite], context);
        Assert.Equal(account.Did, document.Text("id"));
        Assert.Equal("""["at://alice.test"]""", document["alsoKnownAs"]!.ToJsonString());
        var method = Assert.Single(document["verificationMethod"]!.AsArray())!;
        Assert.Equal(account.Did + "#atproto", method.Text("id"));
        Assert.Equal("Multikey", method.Text("type"));
        Assert.Equal(account.Did, method.Text("controller"));
        Assert.StartsWith(prefix, method.Text("publicKeyMultibase"), StringComparison.Ordinal);
        var service = Assert.Single(document["service"]!.AsArray())!;
        Assert.Equal(
            ("#atproto_pds", "AtprotoPersonalDataServer", $"http://localhost:{Emulator.Origin.Port}"),
            (service.Text("id"), service.Text("type"), service.Text("serviceEndpoint")));
    }

    [Fact]
    public async Task A_percent_encoded_did_is_the_same_did()
    {
        var account = Emulator.CreateAccount(NewHandle());
        Assert.Equal(200, await StatusAsync(Uri.EscapeDataString(account.Did)));
        Assert.Equal(1, Emulator.Lookups(account.Did));
    }

    [Fact]
    public async Task A_port_has_one_did_web()
    {
        Assert.Equal(404, await StatusAsync(Emulator.WebDid));
        var account = Emulator.CreateAccount("web.test", AccountMethod.Web, AccountCurve.P256);
        Assert.Equal($"did:web:localhost%3A{Emulator.Origin.Port}", account.Did);
        Assert.Equal(account.Did, Emulator.WebDid);
        using var response = await LookUpAsync(account.Did);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(Emulator.Document(account.Did), await response.Content.ReadAsStringAsync());
        Assert.Throws<ArgumentException>(
            () => Emulator.CreateAccount("other.test", AccountMethod.Web, AccountCurve.P256));
        using var plc = await Http.GetAsync(new Uri("/" + Uri.EscapeDataString(account.Did), UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, plc.StatusCode);
    }

    [Fact]
    public async Task Unknown_is_404_and_tombstoned_is_410()
    {
        var account = Emulator.CreateAccount(NewHandle());
        Emulator.Tombstone(account.Did);
        foreach (var (did, status, message) in new[]
        {
            ("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", 404, "DID not registered: did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"),
            (account.Did, 410, "DID not available: " + account.Did),
        })
        {
            using var response = await LookUpAsync(did);
            Assert.Equal(status, (int)response.StatusCode);
            Assert.Equal(message, JsonNode.Parse(await response.Content.ReadAsStringAsync())!.Text("message"));
        }
    }

    [Fact]
    public async Task The_directory_is_healthy_and_answers_on_every_address_of_loopback()
    {
        foreach (var address in Loopback.Addresses)
        {
            using var response =
                await Http.GetAsync(new UriBuilder("http", address.ToString(), Emulator.Origin.Port, "/_health").Uri);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.NotEmpty(JsonNode.Parse(await response.Content.ReadAsStringAsync())!.Text("version"));
        }
    }

    [Theory]
    [InlineData(null, AccountCurve.Secp256k1)]
    [InlineData(AccountCurve.P256, AccountCurve.P256)]
    public async Task The_emulated_key_rotates_and_signs(AccountCurve? asked, AccountCurve expected)
    {
        var account = Emulator.CreateAccount(NewHandle());
        var before = new CheckedToken(Emulator.MintToken(account.Did, "did:web:example.com", "a.b.c"));
        Assert.Equal(expected, Emulator.RotateKey(account.Did, asked).Curve);
        var after = new CheckedToken(Emulator.MintToken(account.Did, "did:web:example.com", "a.b.c"));
        using var response = await LookUpAsync(account.Did);
        var document = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        Assert.True(after.IsSignedBy(document));
        if (asked is null)
            Assert.False(before.IsSignedBy(document));
    }

    [Fact]
    public async Task A_removed_key_is_absent_until_the_next_rotation()
    {
        var account = Emulator.CreateAccount(NewHandle());
        Emulator.RemoveKey(account.Did);
        Assert.Empty(JsonNode.Parse(await Http.GetStringAsync("/" + account.Did))!["verificationMethod"]!.AsArray());
        Assert.NotEmpty(Emulator.MintToken(account.Did, "did:web:example.com", "a.b.c"));
        Emulator.RotateKey(account.Did);
        Assert.Single(JsonNode.Parse(await Http.GetStringAsync("/" + account.Did))!["verificationMethod"]!.AsArray());
    }

    [Fact]
    public async Task An_override_is_sent_verbatim_and_expires()
    {
        var account = Emulator.CreateAccount(NewHandle());
        foreach (var did in new[] { account.Did, "did:plc:bbbbbbbbbbbbbbbbbbbbbbbb", Emulator.WebDid })
        {
            Emulator.OverrideDocument(did, new DocumentOverride
            {
                Body = "{\"lies\": true",
                ContentType = "text/plain",
                Status = 302,
                Headers = new Dictionary<string, string> { ["Location"] = "http://169.254.169.254/" },
            });
            using var response = await LookUpAsync(did);
            Assert.Equal(302, (int)response.StatusCode);
            Assert.Equal("http://169.254.169.254/", response.Headers.Location?.AbsoluteUri);
            Assert.Equal("text/plain", response.Content.Headers.ContentType?.ToString());
            Assert.Equal("{\"lies\": true", await response.Content.ReadAsStringAsync());
        }

        Emulator.OverrideDocument(account.Did, null);
        Assert.Equal(200, await StatusAsync(account.Did));
    }

    [Fact]
    public async Task An_override_without_a_body_delays_or_truncates_the_real_document()
    {
        var account = Emulator.CreateAccount(NewHandle());
        Emulator.OverrideDocument(account.Did, new DocumentOverride { Delay = TimeSpan.FromMilliseconds(300) });
        var watch = Stopwatch.StartNew();
        Assert.Equal(Emulator.Document(account.Did), await Http.GetStringAsync("/" + account.Did));
        Assert.True(watch.Elapsed >= TimeSpan.FromMilliseconds(290), $"{watch.Elapsed}");

        Emulator.OverrideDocument(account.Did, new DocumentOverride { Truncated = true });
        await Assert.ThrowsAsync<HttpRequestException>(() => Http.GetStringAsync("/" + account.Did));
    }

    [Fact]
    public async Task Every_lookup_can_fail_and_recover()
    {
        var did = Emulator.CreateAccount(NewHandle()).Did;
        Emulator.LookupFault = LookupFault.Unavailable;
        Assert.Equal(503, await StatusAsync(did));
        Assert.Equal(503, await StatusAsync(Emulator.WebDid));
        Emulator.LookupFault = LookupFault.TooManyRequests;
        using (var response = await LookUpAsync(did))
            Assert.Equal((429, "1"), ((int)response.StatusCode, response.Headers.RetryAfter?.ToString()));
        Emulator.LookupFault = LookupFault.Disconnect;
        await Assert.ThrowsAsync<HttpRequestException>(() => StatusAsync(did));
        Emulator.LookupFault = LookupFault.Hang;
        using (var patience = new CancellationTokenSource())
        {
            var hanging = LookUpAsync(did, patience.Token);
            await Eventually.TrueAsync(() => Emulator.Lookups(did) == 4);
            await patience.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging);
        }

        Emulator.LookupFault = LookupFault.None;
        Assert.Equal(200, await StatusAsync(did));
        Assert.Equal(5, Emulator.Lookups(did));
    }

    [Fact]
    public async Task A_hanging_lookup_does_not_delay_shutdown()
    {
        Emulator.LookupFault = LookupFault.Hang;
        var hanging = LookUpAsync("did:plc:cccccccccccccccccccccccc");
        await Eventually.TrueAsync(() => Emulator.TotalLookups > 0);
        await Emulator.DisposeAsync().AsTask().WaitAsync(Eventually.Patience);
        await Assert.ThrowsAsync<HttpRequestException>(() => hanging);
    }

    [Fact]
    public async Task Lookups_are_counted_per_did()
    {
        var one = Emulator.CreateAccount(NewHandle()).Did;
        var two = Emulator.CreateAccount(NewHandle()).Did;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => StatusAsync(i % 4 == 0 ? one : two)));
        await StatusAsync(Emulator.WebDid);
        Assert.Equal((5, 15), (Emulator.Lookups(one), Emulator.Lookups(two)));
        Assert.Equal((1, 21), (Emulator.Lookups(Emulator.WebDid), Emulator.TotalLookups));
        Emulator.ResetLookups();
        Assert.Equal((0, 0), (Emulator.Lookups(one), Emulator.TotalLookups));
    }

    [Fact]
    public void Control_of_an_unknown_account_is_an_error()
    {
        const string did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa";
        Assert.Throws<ArgumentException>(() => Emulator.RotateKey(did));
        Assert.Throws<ArgumentException>(() => Emulator.RemoveKey(did));
        Assert.Throws<ArgumentException>(() => Emulator.Tombstone(did));
        Assert.Throws<ArgumentException>(() => Emulator.Document(did));
        Assert.Throws<ArgumentException>(() => Emulator.MintToken(did, "did:web:example.com", "a.b.c"));
    }
}
