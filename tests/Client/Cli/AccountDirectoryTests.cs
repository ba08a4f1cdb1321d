using System.Net;
using AtpKeyserver.Cli;
using AtpKeyserver.Cli.Accounts;
using AtpKeyserver.Tests.Support.Names;
using DnsClient;

namespace AtpKeyserver.Tests.Client.Cli;

/// <summary>From a handle to an account: DNS, web server, PDS, DID document.</summary>
public sealed class AccountDirectoryTests : IDisposable
{
    private const string Did = "did:plc:ewvi7nxzyoun6zhxrhs64oiz";

    private readonly TestNameServer _names = new();
    private string _handle = "alice.example.com";

    public void Dispose() => _names.Dispose();

    [Theory]
    [InlineData("alice.example.com")]
    [InlineData("@alice.example.com")]
    [InlineData("@Alice.Example.COM")]
    public async Task A_handle_is_found_in_DNS(string name)
    {
        _names.Answer = question => question.Host == "_atproto.alice.example.com"
            ? NameAnswer.OfTexts("something else", $"did={Did}")
            : NameAnswer.NoSuchName;
        using var web = new FakeWeb(Document);

        var account = await Directory(web).FindAsync(name, default);

        Assert.Equal(new Account(Did, "alice.example.com", new Uri("https://pds.example.com")), account);
        Assert.Single(web.Requests);
    }

    [Fact]
    public async Task Without_a_DNS_record_the_web_server_is_asked()
    {
        _names.Answer = _ => NameAnswer.NoSuchName;
        using var web = new FakeWeb(request => request.Uri.Host == "alice.example.com"
            ? Text($"{Did}\n")
            : Document(request));

        Assert.Equal(Did, await Directory(web).DidOfAsync("@alice.example.com", default));
        Assert.Equal("https://alice.example.com/.well-known/atproto-did", web.Requests[0].Uri.AbsoluteUri);
    }

    [Fact]
    public async Task A_local_PDS_knows_its_handles_and_a_remote_one_is_asked_last()
    {
        _names.Answer = _ => NameAnswer.NoSuchName;
        _handle = "alice.test";
        using var web = new FakeWeb(request => request.Method switch
        {
            "com.atproto.identity.resolveHandle" => FakeWeb.Json($$"""{"did":"{{Did}}"}"""),
            "atproto-did" => FakeWeb.Error(404, "NotFound"),
            _ => Document(request),
        });

        Assert.Equal(Did, await Directory(web, "http://127.0.0.1:4000").DidOfAsync("alice.test", default));
        Assert.Empty(_names.Questions);
        Assert.Equal(Did, await Directory(web, "https://pds.example.com").DidOfAsync("alice.test", default));
        Assert.NotEmpty(_names.Questions);
    }

    [Fact]
    public async Task A_DID_needs_no_request()
    {
        using var web = new FakeWeb(Nothing);
        Assert.Equal(Did, await Directory(web).DidOfAsync(Did, default));
    }

    [Fact]
    public async Task A_handle_that_its_account_does_not_claim_is_refused()
    {
        _names.Answer = _ => NameAnswer.OfTexts($"did={Did}");
        using var web = new FakeWeb(Document);

        var refused = await Assert.ThrowsAsync<AccountNotFoundException>(
            () => Directory(web).FindAsync("mallory.example.com", default));

        Assert.Equal(
            $"mallory.example.com names {Did}, but that account does not use the handle mallory.example.com: "
                + "its DID document names alice.example.com.",
            refused.Message);
    }

    [Fact]
    public async Task A_handle_that_nothing_knows_is_not_found()
    {
        _names.Answer = _ => NameAnswer.NoSuchName;
        using var web = new FakeWeb(_ => FakeWeb.Error(404, "NotFound"));

        var refused = await Assert.ThrowsAsync<AccountNotFoundException>(
            () => Directory(web).FindAsync("alice.example.com", default));

        Assert.Equal(
            "Cannot find the account alice.example.com: there is no DNS record _atproto.alice.example.com, "
                + "and https://alice.example.com/.well-known/atproto-did does not contain a DID.",
            refused.Message);
        Assert.Equal(ExitStatus.Gone, ExitStatus.Of(refused));
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.SecureConnectionError)]
    public async Task A_mistyped_handle_has_no_web_server(HttpRequestError error)
    {
        _names.Answer = _ => NameAnswer.NoSuchName;
        using var web = new FakeWeb(HttpResponseMessage (_) => throw new HttpRequestException(error));

        var refused = await Assert.ThrowsAsync<AccountNotFoundException>(
            () => Directory(web).FindAsync("alice.example.com", default));

        Assert.Equal(
            "Cannot find the account alice.example.com: there is no DNS record _atproto.alice.example.com, "
                + "and https://alice.example.com/.well-known/atproto-did cannot be reached.",
            refused.Message);
    }

    [Theory]
    [InlineData(null, "https://alice.example.com/.well-known/atproto-did")]
    [InlineData("https://pds.example.com", "pds.example.com")]
    [InlineData("http://127.0.0.1:4000", "127.0.0.1:4000")]
    public async Task A_source_that_does_not_respond_is_named(string? pds, string source)
    {
        _names.Answer = _ => NameAnswer.NoSuchName;
        using var web = new FakeWeb(request => pds is null || request.Uri.Authority == new Uri(pds).Authority
            ? throw new TaskCanceledException()
            : FakeWeb.Error(404, "NotFound"));

        var failed = await Assert.ThrowsAsync<UpstreamException>(
            () => Directory(web, pds).FindAsync("alice.example.com", default));

        Assert.Equal($"Unreachable: Cannot look up alice.example.com: no response from {source}.", failed.Message);
    }

    [Theory]
    [InlineData("application/json; charset=bogus", """{"did":"did:plc:ewvi7nxzyoun6zhxrhs64oiz"}""")]
    [InlineData("text/plain; charset=bogus", "did:plc:ewvi7nxzyoun6zhxrhs64oiz")]
    public async Task A_wrong_charset_does_not_matter(string type, string body)
    {
        _names.Answer = _ => NameAnswer.NoSuchName;
        using var web = new FakeWeb(request => request.Uri.Host is "plc.directory" ? Document(request)
            : (request.Uri.Host is "pds.example.com") == type.StartsWith("application", StringComparison.Ordinal)
                ? Typed(type, body)
                : FakeWeb.Error(404, "NotFound"));

        Assert.Equal(Did, await Directory(web, "https://pds.example.com").DidOfAsync("alice.example.com", default));
    }

    [Fact]
    public async Task A_handle_that_is_too_long_for_DNS_is_asked_on_the_web()
    {
        _handle = string.Join('.', Enumerable.Repeat(new string('a', 60), 4)) + ".com";
        Assert.Equal(247, _handle.Length);
        using var web = new FakeWeb(request => request.Uri.Host == _handle ? Text(Did) : Document(request));

        Assert.Equal(Did, await Directory(web).DidOfAsync(_handle, default));
        Assert.Empty(_names.Questions);
    }

    [Fact]
    public async Task A_computer_without_name_servers_has_no_DNS()
    {
        var dns = new LookupClient(new LookupClientOptions { AutoResolveNameServers = false });
        using var web = new FakeWeb(_ => FakeWeb.Error(404, "NotFound"));

        var failed = await Assert.ThrowsAsync<UpstreamException>(
            () => Directory(web, dns: dns).FindAsync("alice.example.com", default));

        Assert.Equal(
            "Unreachable: Cannot look up alice.example.com: no response from DNS for _atproto.alice.example.com.",
            failed.Message);
    }

    [Theory]
    [InlineData("http://127.0.0.1:2583", "https://plc.directory", null)]
    [InlineData("http://127.0.0.1:2583", "http://127.0.0.1:2582", "http://127.0.0.1:2583")]
    [InlineData("https://pds.example.com", "http://127.0.0.1:2582", "https://pds.example.com")]
    public async Task Only_a_test_network_names_a_PDS_by_http(string endpoint, string plc, string? pds)
    {
        using var web = new FakeWeb(_ => DocumentWith(endpoint));
        var options = new KeyserverClientOptions { HttpClient = web.Client(), PlcDirectory = new Uri(plc) };
        var documents = new DidDocuments(new Exchange(web.Client(), options), options);

        var document = await documents.ReadAsync(Did);

        Assert.Equal(
            pds is null ? null : new Uri(pds), document.FindOrigin("#atproto_pds", "AtprotoPersonalDataServer"));
    }

    [Theory]
    [InlineData("alice.local", "local")]
    [InlineData("@alice.team.onion", "onion")]
    [InlineData("alice.example", "example")]
    public async Task A_reserved_domain_is_not_looked_up(string name, string domain)
    {
        using var web = new FakeWeb(Nothing);
        var refused = await Assert.ThrowsAsync<UsageException>(() => Directory(web).DidOfAsync(name, default));
        Assert.Equal($"'{name}' cannot be a handle: the domain .{domain} is reserved.", refused.Message);
    }

    [Theory]
    [InlineData("did:")]
    [InlineData("did:key:z6Mk")]
    [InlineData("did:plc:short")]
    [InlineData("did:web:keys.example.com:path")]
    [InlineData("did:web:")]
    public async Task A_DID_that_no_account_can_have_is_refused(string name)
    {
        using var web = new FakeWeb(Nothing);
        var refused = await Assert.ThrowsAsync<UsageException>(() => Directory(web).DidOfAsync(name, default));
        Assert.Equal(
            $"'{name}' is not a DID of an account, which is did:plc with 24 characters or did:web with a host.",
            refused.Message);
    }

    [Fact]
    public async Task A_DID_that_does_not_exist_is_not_found()
    {
        using var web = new FakeWeb(_ => FakeWeb.Error(404, "NotFound"));
        var gone = await Assert.ThrowsAsync<GoneException>(() => Directory(web).FindAsync(Did, default));
        Assert.Equal(
            $"NoService: {Did} does not exist: https://plc.directory/{Did} returned 404.", gone.Message);
        Assert.Equal(ExitStatus.Gone, ExitStatus.Of(gone));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Without_DNS_nothing_is_said_about_the_handle(bool responds)
    {
        _names.Answer = _ => responds ? NameAnswer.ServerFailure : null;
        using var web = new FakeWeb(_ => FakeWeb.Error(404, "NotFound"));

        var failed = await Assert.ThrowsAsync<UpstreamException>(
            () => Directory(web).FindAsync("alice.example.com", default));

        Assert.Equal(
            "Unreachable: Cannot look up alice.example.com: no response from DNS for _atproto.alice.example.com.",
            failed.Message);
        Assert.Equal(ExitStatus.Upstream, ExitStatus.Of(failed));
    }

    [Fact]
    public async Task A_handle_with_two_accounts_is_refused()
    {
        _names.Answer = _ => NameAnswer.OfTexts($"did={Did}", "did=did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");
        using var web = new FakeWeb(Document);

        var refused = await Assert.ThrowsAsync<AccountNotFoundException>(
            () => Directory(web).FindAsync("alice.example.com", default));

        Assert.Equal("The DNS records _atproto.alice.example.com name more than one account.", refused.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("@")]
    [InlineData("alice")]
    [InlineData("@alice@example.com")]
    [InlineData("@@alice.example.com")]
    [InlineData("/etc/hostname")]
    [InlineData("alice.example.com/x")]
    public async Task A_name_that_is_neither_is_refused_at_once(string name)
    {
        using var web = new FakeWeb(Nothing);
        var refused = await Assert.ThrowsAsync<UsageException>(() => Directory(web).DidOfAsync(name, default));
        Assert.Equal(
            $"'{name}' is neither a handle such as @alice.example.com nor a DID such as did:plc:….", refused.Message);
    }

    private static HttpResponseMessage Nothing(Request request) =>
        throw new InvalidOperationException($"There must be no request, not {request.Uri}.");

    private static HttpResponseMessage Text(string text) =>
        new(HttpStatusCode.OK) { Content = new StringContent(text) };

    private static HttpResponseMessage Typed(string type, string body)
    {
        var response = Text(body);
        response.Content.Headers.Remove("Content-Type");
        response.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        return response;
    }

    private HttpResponseMessage Document(Request request) =>
        request.Uri.AbsoluteUri == $"https://plc.directory/{Did}"
            ? DocumentWith("https://pds.example.com")
            : FakeWeb.Error(404, "NotFound");

    private HttpResponseMessage DocumentWith(string endpoint) => FakeWeb.Json($$"""
        {"id":"{{Did}}","alsoKnownAs":["at://{{_handle}}"],"service":[{"id":"#atproto_pds",
        "type":"AtprotoPersonalDataServer","serviceEndpoint":"{{endpoint}}"}]}
        """);

    private AccountDirectory Directory(FakeWeb web, string? pds = null, IDnsQuery? dns = null)
    {
        dns ??= new LookupClient(new LookupClientOptions(_names.Address)
        {
            Timeout = TimeSpan.FromSeconds(2), Retries = 0, UseCache = false,
        });
        var options = new KeyserverClientOptions { HttpClient = web.Client() };
        return new AccountDirectory(
            new HandleResolver(dns, web.Client(), pds is null ? null : new Uri(pds)),
            new DidDocuments(new Exchange(web.Client(), options), options));
    }
}
