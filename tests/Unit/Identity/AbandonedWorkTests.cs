using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using AtpKeyserver.Configuration;
using AtpKeyserver.Errors;
using AtpKeyserver.Identity;
using AtpKeyserver.Networking;
using AtpKeyserver.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>A lookup that timed out keeps its slot until all work that it started has ended.</summary>
public sealed class AbandonedWorkTests
{
    /// <summary>
    /// How long the test checks that a fetch has not ended. A slow machine weakens the test but cannot fail it.
    /// </summary>
    private static readonly TimeSpan Watched = TimeSpan.FromMilliseconds(200);

    private readonly FakeClock _clock = new(TestResolver.Start);

    [Fact]
    public async Task A_document_client_returns_after_its_connection_attempt_has_ended()
    {
        var connector = new StubbornConnector();
        using var client = Client(connector);
        var fetch = client.GetAsync(new Uri("http://user.example.com/"), CancellationToken.None).AsTask();
        await Eventually.TrueAsync(() => connector.Running == 1);

        _clock.Advance(DocumentClient.Timeout);
        await connector.Cancelled.WaitAsync(Eventually.Patience);
        await Task.WhenAny(fetch, Task.Delay(Watched));
        Assert.False(fetch.IsCompleted);

        connector.Release();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch.WaitAsync(Eventually.Patience));
        Assert.Equal(0, connector.Running);
    }

    [Fact]
    public async Task A_slot_is_released_when_the_work_ends_not_when_it_times_out()
    {
        const int Slots = DidDocumentFetcher.MaxWeb - DidDocumentFetcher.ReservedWeb;
        var connector = new StubbornConnector();
        using var hosts = new WebDidHosts(Options.Create(new KeyserverOptions()), Client(connector));
        using var lookups =
            new DidDocumentFetcher(new FakeDidSource(), hosts, _clock, NullLogger<DidDocumentFetcher>.Instance);
        var stuck = Enumerable.Range(0, Slots).Select(i =>
            lookups.FetchAsync(Documents.Parse($"did:web:h{i}.example.com"), isReserved: false)).ToArray();
        await Eventually.TrueAsync(() => connector.Running == Slots);
        _clock.Advance(DocumentClient.Timeout);
        await connector.Cancelled.WaitAsync(Eventually.Patience);
        await Task.WhenAny(stuck.Append(Task.Delay(Watched)));

        var next = lookups.FetchAsync(Documents.Web, isReserved: false);
        await Eventually.TrueAsync(() => next.IsCompleted || connector.Running > Slots);
        Assert.Equal(Slots, connector.Running);
        var refusal = await Refusals.ShouldBeRefusedAsync(() => next, ErrorName.UpstreamFailure);
        Assert.Contains("queue is full", refusal.Message, StringComparison.Ordinal);

        connector.Release();
        foreach (var lookup in stuck)
            await Refusals.ShouldBeRefusedAsync(() => lookup.WaitAsync(Eventually.Patience), ErrorName.UpstreamFailure);
    }

    [Fact]
    public async Task A_TLS_handshake_ends_with_its_request()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = Client(new OperatorConnector());
        var fetch = client.GetAsync(new Uri($"https://127.0.0.1:{Port(listener)}/"), CancellationToken.None).AsTask();
        using var silent = await listener.AcceptSocketAsync();
        var hello = new byte[16 * 1024];
        Assert.NotEqual(0, await silent.ReceiveAsync(hello));

        _clock.Advance(DocumentClient.Timeout);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch.WaitAsync(Eventually.Patience));

        // The connection closes at once, not when the framework's pool gives up seconds later.
        Assert.True(silent.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead));
        Assert.Equal(0, silent.Receive(hello));
    }

    /// <summary>By default the framework fetches the issuer's URL on a pool thread, whatever its address.</summary>
    [Fact]
    public async Task An_issuer_URL_in_a_certificate_is_not_fetched()
    {
        using var issuers = new CannedServer(CannedServer.Response(""));
        using var certificate = CertificateWithIssuerAt($"http://127.0.0.1:{issuers.Port}/ca.cer");
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new DocumentClient(new OperatorConnector(), keepsConnections: false, Eventually.Patience);
        var fetch = client.GetAsync(new Uri($"https://localhost:{Port(listener)}/"), CancellationToken.None).AsTask();
        using (var accepted = new NetworkStream(await listener.AcceptSocketAsync(), ownsSocket: true))
        await using (var tls = new SslStream(accepted))
        {
            var options = new SslServerAuthenticationOptions
            {
                // Offline: otherwise the server itself would fetch the issuer.
                ServerCertificateContext =
                    SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
            };
            await Record.ExceptionAsync(() => tls.AuthenticateAsServerAsync(options));
        }


        await Assert.ThrowsAsync<HttpRequestException>(() => fetch);

        Assert.Equal(0, issuers.Connections);
    }

    private DocumentClient Client(IConnector connector) => new(connector, keepsConnections: false, clock: _clock);

    private static int Port(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private static X509Certificate2 CertificateWithIssuerAt(string url)
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuer = new CertificateRequest("CN=Nobody", issuerKey, HashAlgorithmName.SHA256);
        issuer.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
        using var authority = issuer.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var leaf = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        leaf.CertificateExtensions.Add(names.Build());
        leaf.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null,
            caIssuersUris: [url]));
        using var signed = leaf.Create(authority, now.AddDays(-1), now.AddDays(1), [1, 2, 3, 4]);
        using var withKey = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }

    /// <summary>Ignores cancellation, as the system's resolver does.</summary>
    private sealed class StubbornConnector : IConnector
    {
        private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _running;

        public int Running => Volatile.Read(ref _running);

        public Task Cancelled => _cancelled.Task;

        public void Release() => _release.SetResult();

        public async ValueTask<Stream> ConnectAsync(DnsEndPoint host, CancellationToken cancellation)
        {
            Interlocked.Increment(ref _running);
            using var _ = cancellation.Register(() => _cancelled.TrySetResult());
            try
            {
                await _release.Task;
                cancellation.ThrowIfCancellationRequested();
                return Stream.Null;
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }
}
