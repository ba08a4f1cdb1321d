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
    [InlineData("did:")]
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

    private HttpResponseMessage Document(Request request) =>
        request.Uri.AbsoluteUri == $"https://plc.directory/{Did}"
            ? FakeWeb.Json($$"""
                {"id":"{{Did}}","alsoKnownAs":["at://{{_handle}}"],"service":[{"id":"#atproto_pds",
                "type":"AtprotoPersonalDataServer","serviceEndpoint":"https://pds.example.com"}]}
                """)
            : FakeWeb.Error(404, "NotFound");

    private AccountDirectory Directory(FakeWeb web, string? pds = null)
    {
        var dns = new LookupClient(new LookupClientOptions(_names.Address)
        {
            Timeout = TimeSpan.FromSeconds(2), Retries = 0, UseCache = false,
        });
        var options = new KeyserverClientOptions { HttpClient = web.Client() };
        return new AccountDirectory(
            new HandleResolver(dns, web.Client(), pds is null ? null : new Uri(pds)),
            new DidDocuments(new Exchange(web.Client(), options), options));
    }
}
