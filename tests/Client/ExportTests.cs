namespace AtpKeyserver.Tests.Client;

/// <summary>An answer that is written on as it comes.</summary>
public sealed class ExportTests
{
    [Theory]
    [InlineData(503, "UpstreamFailure")]
    [InlineData(429, "RateLimitExceeded")]
    [InlineData(401, "JwtExpired")]
    public async Task Is_asked_for_again_before_it_has_begun(int status, string name)
    {
        var tries = 0;
        using var keyserver = new FakeKeyserver(_ => ++tries == 1 ? FakeWeb.Error(status, name) : FakeWeb.Json("{}"));
        using var written = new MemoryStream();
        await keyserver.Client.Account.ExportAsync(written);
        Assert.Equal("{}"u8, written.ToArray());
    }

    [Fact]
    public async Task A_refusal_has_its_name()
    {
        using var keyserver = new FakeKeyserver(_ => FakeWeb.Error(403, "AccountDeleted"));
        await Assert.ThrowsAsync<GoneException>(() => keyserver.Client.Account.ExportAsync(Stream.Null));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_the_servers_fault_and_a_full_disk_is_not()
    {
        using var keyserver = new FakeKeyserver(
            _ => new HttpResponseMessage { Content = new StreamContent(new Broken()) });
        var thrown = await Assert.ThrowsAsync<UpstreamException>(
            () => keyserver.Client.Account.ExportAsync(Stream.Null));
        Assert.Equal(KeyserverErrors.Unreachable, thrown.ErrorName);

        using var whole = new FakeKeyserver(_ => FakeWeb.Json("{}"));
        await Assert.ThrowsAsync<IOException>(() => whole.Client.Account.ExportAsync(new Broken()));
    }

    [Fact]
    public async Task An_answer_from_elsewhere_is_not_taken()
    {
        using var elsewhere = new Redirecting();
        using var http = new HttpClient(elsewhere);
        using var keyserver = KeyserverClient.Anonymous(
            FakeKeyserver.Did, new() { Address = new("https://keys.example.com"), HttpClient = http });
        var thrown = await Assert.ThrowsAsync<UpstreamException>(() => keyserver.Server.GetProductAsync());
        Assert.Equal(KeyserverErrors.UnexpectedAnswer, thrown.ErrorName);
    }

    private sealed class Redirecting : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            // As the framework's handler does where it follows redirects.
            request.RequestUri = new Uri("https://other.example.com/");
            return Task.FromResult(FakeWeb.Json("""{"name":"n","version":"v"}"""));
        }
    }

    private sealed class Broken : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("broken");

        public override ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("full");
    }
}
