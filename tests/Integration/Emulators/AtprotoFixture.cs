using AtpKeyserver.Emulators.Atproto;
using AtpKeyserver.Tests.Support;

namespace AtpKeyserver.Tests.Integration.Emulators;

/// <summary>One in-memory emulator for each test, with a fake clock.</summary>
public abstract class AtprotoFixture : IAsyncLifetime, IDisposable
{
    private static int _handles;

    private HttpClient? _http;

    protected AtprotoEmulator Emulator { get; private set; } = null!;

    protected static DateTimeOffset Now { get; } = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    protected FakeClock Clock { get; } = new(Now);

    protected HttpClient Http => _http!;

    public async Task InitializeAsync()
    {
        Emulator = await AtprotoEmulator.StartAsync(new AtprotoEmulatorOptions { TimeProvider = Clock });
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = Emulator.Origin };
    }

    public async Task DisposeAsync() => await Emulator.DisposeAsync();

    public void Dispose()
    {
        _http?.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A handle that no other test uses.</summary>
    protected static string NewHandle() => $"user{Interlocked.Increment(ref _handles)}.test";

    /// <summary>A lookup as a resolver sends it.</summary>
    protected Task<HttpResponseMessage> LookUpAsync(string did, CancellationToken cancellation = default) =>
        Http.GetAsync(
            new Uri(did == Emulator.WebDid ? "/.well-known/did.json" : "/" + did, UriKind.Relative), cancellation);

    protected async Task<int> StatusAsync(string did)
    {
        using var response = await LookUpAsync(did);
        return (int)response.StatusCode;
    }
}
