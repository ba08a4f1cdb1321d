using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Client;

/// <summary>Where a keyserver is, when only its DID is given.</summary>
public sealed class AddressTests
{
    private const string Web = "did:web:keys.example.com";
    private const string Plc = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

    [Theory]
    [InlineData(Web, "https://keys.example.com/.well-known/did.json", "#atp_keyserver")]
    [InlineData(Web, "https://keys.example.com/.well-known/did.json", Web + "#atp_keyserver")]
    [InlineData(Plc, "https://plc.directory/did:plc:ewvi7nxzyoun6zhxrhs64oiz", "#atp_keyserver")]
    [InlineData("did:web:localhost%3A7071", "http://localhost:7071/.well-known/did.json", "#atp_keyserver")]
    public async Task Comes_from_the_document(string did, string from, string id)
    {
        using var web = new FakeWeb(_ => Document(did, "https://real.example.com/", id));
        using var client = KeyserverClient.Anonymous(did, new() { HttpClient = web.Client() });
        Assert.Equal(new Uri("https://real.example.com/"), await client.Server.GetAddressAsync());
        Assert.Equal(from, Assert.Single(web.Requests).Uri.AbsoluteUri);
    }

    [Theory]
    [InlineData("https://real.example.com")]
    [InlineData("https://real.example.com/")]
    public async Task An_endpoint_may_end_in_a_slash_or_not(string endpoint)
    {
        using var web = new FakeWeb(request => request.Method == "did.json"
            ? Document(Web, endpoint) : FakeWeb.Json($$"""{"publicKey":"{{new string('0', 64)}}","version":1}"""));
        using var client = KeyserverClient.Anonymous(Web, new() { HttpClient = web.Client() });
        await client.Keypairs.GetPublicKeyAsync(Plc);
        await client.Server.IsHealthyAsync();
        Assert.Equal(
            ["/.well-known/did.json", "/xrpc/dev.atpkeyserver.alpha.keypair.getPublicKey", "/xrpc/_health"],
            web.Requests.Select(request => request.Uri.AbsolutePath));
    }

    [Theory]
    [InlineData("""{"id":["#a"],"type":"X","serviceEndpoint":"https://other.example.com"}""")]
    [InlineData("""{"id":"#a","type":["X","AtpKeyserver"],"serviceEndpoint":"https://other.example.com"}""")]
    [InlineData("""{"id":"#a","type":null,"serviceEndpoint":null}""")]
    [InlineData("""{"id":"#a","type":"X","serviceEndpoint":{"uri":"https://other.example.com"}}""")]
    [InlineData("""{"id":"#a","type":"X","serviceEndpoint":["https://other.example.com",{}]}""")]
    [InlineData("""{"id":"#atp_keyserver","type":["AtpKeyserver"],"serviceEndpoint":"https://other.example.com"}""")]
    [InlineData(
        """{"id":"#atp_keyserver","type":"AtpKeyserver","serviceEndpoint":{"uri":"https://other.example.com"}}""")]
    [InlineData("""{"id":7,"type":{},"serviceEndpoint":true}""")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"https://other.example.com\"")]
    public async Task A_service_that_is_written_otherwise_is_skipped(string other)
    {
        const string ours =
            """{"id":"#atp_keyserver","type":"AtpKeyserver","serviceEndpoint":"https://real.example.com"}""";
        foreach (var services in (string[])[$"{other},{ours}", $"{ours},{other}"])
        {
            using var web = new FakeWeb(_ => FakeWeb.Json($$"""{"id":"{{Web}}","service":[{{services}}]}"""));
            using var client = KeyserverClient.Anonymous(Web, new() { HttpClient = web.Client() });
            Assert.Equal(new Uri("https://real.example.com/"), await client.Server.GetAddressAsync());
        }
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("\"https://real.example.com\"")]
    [InlineData("""{"id":"#atp_keyserver","type":"AtpKeyserver","serviceEndpoint":"https://real.example.com"}""")]
    public async Task A_document_without_a_list_of_services_leads_nowhere(string services)
    {
        using var web = new FakeWeb(_ => FakeWeb.Json($$"""{"id":"{{Web}}","service":{{services}}}"""));
        using var client = KeyserverClient.Anonymous(Web, new() { HttpClient = web.Client() });
        var thrown = await Assert.ThrowsAsync<KeyserverException>(() => client.Server.GetAddressAsync());
        Assert.Equal(KeyserverErrors.NoService, thrown.ErrorName);
    }

    [Fact]
    public async Task Is_read_again_after_an_hour_and_once_for_all_who_wait()
    {
        var clock = new ManualClock();
        using var web = new FakeWeb(_ => Document(Web, "https://real.example.com/"));
        using var client = KeyserverClient.Anonymous(Web, new() { HttpClient = web.Client(), TimeProvider = clock });
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => client.Server.GetAddressAsync()));
        clock.Advance(TimeSpan.FromMinutes(59));
        await client.Server.GetAddressAsync();
        Assert.Single(web.Requests);
        clock.Advance(TimeSpan.FromMinutes(1));
        await client.Server.GetAddressAsync();
        Assert.Equal(2, web.Requests.Count);
    }

    [Theory]
    [InlineData("http://keys.example.com/", Web, "AtpKeyserver")]
    [InlineData("https://keys.example.com/path", Web, "AtpKeyserver")]
    [InlineData("https://user@keys.example.com/", Web, "AtpKeyserver")]
    [InlineData("http://localhost.example.com/", Web, "AtpKeyserver")]
    [InlineData("http://localhost:7071/", Web, "AtpKeyserver")]
    [InlineData("ftp://keys.example.com/", Web, "AtpKeyserver")]
    [InlineData("keys.example.com", Web, "AtpKeyserver")]
    [InlineData("https://keys.example.com/", "did:web:other.example.com", "AtpKeyserver")]
    [InlineData("https://keys.example.com/", Web, "AtprotoPersonalDataServer")]
    public async Task A_document_that_leads_elsewhere_is_refused(string endpoint, string id, string type)
    {
        using var web = new FakeWeb(_ => Document(id, endpoint, type: type));
        using var client = KeyserverClient.Anonymous(Web, new() { HttpClient = web.Client() });
        var thrown = await Assert.ThrowsAsync<KeyserverException>(() => client.Server.GetAddressAsync());
        Assert.Equal(KeyserverErrors.NoService, thrown.ErrorName);
    }

    [Fact]
    public async Task Who_waits_for_the_document_when_the_client_ends_or_another_gives_up_is_answered()
    {
        var gate = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        using var web = new FakeWeb(async _ =>
        {
            asked.SetResult();
            await gate.Task;
            return Document(Web, "https://keys.example.com");
        });
        var client = KeyserverClient.Anonymous(Web, new() { HttpClient = web.Client() });
        using var stop = new CancellationTokenSource();
        var first = client.Server.GetAddressAsync(stop.Token);
        await asked.Task;
        Task<Uri>[] others = [client.Server.GetAddressAsync(), client.Server.GetAddressAsync()];
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        client.Dispose();
        gate.SetResult();
        await Task.WhenAll(others).WaitAsync(Eventually.Patience);
        Assert.Single(web.Requests);
    }

    [Theory]
    [InlineData("did:web:keys.example.com:path")]
    [InlineData("did:web:keys.example.com%2Fpath")]
    [InlineData("did:web:")]
    [InlineData("did:key:z6Mk")]
    public async Task A_DID_that_has_no_document_calls_nobody(string did)
    {
        using var web = new FakeWeb(HttpResponseMessage (_) => throw new InvalidOperationException());
        using var client = KeyserverClient.Anonymous(did, new() { HttpClient = web.Client() });
        await Assert.ThrowsAsync<KeyserverException>(() => client.Server.GetAddressAsync());
        Assert.Empty(web.Requests);
    }

    [Theory]
    [InlineData("http://keys.example.com")]
    [InlineData("http://192.168.0.1")]
    [InlineData("https://keys.example.com/path")]
    [InlineData("https://keys.example.com/?query")]
    public void A_given_address_is_an_https_origin(string address) => Assert.Throws<ArgumentException>(
        () => KeyserverClient.Anonymous(Web, new() { Address = new Uri(address) }));

    [Theory]
    [InlineData("http://localhost:7071")]
    [InlineData("http://127.0.0.1:7071")]
    [InlineData("http://[::1]:7071")]
    [InlineData("https://keys.example.com")]
    public async Task This_machine_may_do_without_https(string address)
    {
        using var client = KeyserverClient.Anonymous(Web, new() { Address = new Uri(address) });
        Assert.Equal(new Uri(address), await client.Server.GetAddressAsync());
    }

    [Theory]
    [InlineData("keys.example.com")]
    [InlineData("did:web:keys.example.com#atp_keyserver")]
    public void A_keyserver_is_named_by_its_DID(string did) =>
        Assert.Throws<ArgumentException>(() => KeyserverClient.Anonymous(did));

    private static HttpResponseMessage Document(
        string did, string endpoint, string id = "#atp_keyserver", string type = "AtpKeyserver") =>
        FakeWeb.Json(
            $$"""
            {"id":"{{did}}","service":[
            {"id":"#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":"https://pds.example.com"},
            {"id":"{{id}}","type":"{{type}}","serviceEndpoint":"{{endpoint}}"}]}
            """);
}
