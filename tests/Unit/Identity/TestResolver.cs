using AtpKeyserver.Configuration;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>A resolver with two fake sources and a fake clock.</summary>
internal sealed class TestResolver : ILookupLimits, IDisposable
{
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly DidDocumentFetcher _lookups;
    private int _taken;

    public TestResolver()
    {
        _lookups = new DidDocumentFetcher(Plc, Web, Clock, NullLogger<DidDocumentFetcher>.Instance);
        Resolver = new DidResolver(_lookups, this, Callers, Clock, NullLogger<DidResolver>.Instance);
    }

    public KnownCallers Callers { get; } = new(Options.Create(new KeyserverOptions()));

    public FakeClock Clock { get; } = new(Start);

    public FakeDidSource Plc { get; } = new();

    public FakeDidSource Web { get; } = new();

    public DidResolver Resolver { get; }

    /// <summary>The number of lookups that were charged.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>The result of the budget check.</summary>
    public Action<Did, ClientAddress, LookupReason> Budget { get; set; } = (_, _, _) => { };

    public async ValueTask<AtprotoKey> KeyAsync(Did did) =>
        await Resolver.FindKeyAsync(did, default, CancellationToken.None) ?? throw DidResolver.NoUsableKey();

    public ValueTask<bool> ExistsAsync(Did did) => Resolver.ExistsAsync(did, default, CancellationToken.None);

    public ValueTask<AtprotoKey?> RefreshAsync(Did did, AtprotoKey? tried) =>
        Resolver.RefreshKeyAsync(did, tried, default, CancellationToken.None);

    public void Dispose() => _lookups.Dispose();

    void ILookupLimits.AddCaller(Did did, ClientAddress address) => Callers.Add(did);

    void ILookupLimits.Take(Did did, ClientAddress address, LookupReason reason)
    {
        Budget(did, address, reason);
        Interlocked.Increment(ref _taken);
    }
}
