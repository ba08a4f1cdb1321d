using AtpKeyserver.Identifiers;
using AtpKeyserver.Identity;
using AtpKeyserver.Identity.Signatures;
using AtpKeyserver.RateLimiting;
using AtpKeyserver.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;

namespace AtpKeyserver.Tests.Unit.Identity;

/// <summary>A resolver on two fake sources and a clock that stands still.</summary>
internal sealed class TestResolver : IDisposable
{
    public static readonly DateTimeOffset Start = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    private readonly DidDocumentFetcher _lookUps;
    private int _taken;

    public TestResolver()
    {
        _lookUps = new DidDocumentFetcher(Plc, Web, Clock, NullLogger<DidDocumentFetcher>.Instance);
        Resolver = new DidResolver(_lookUps, Take, Clock, NullLogger<DidResolver>.Instance);
    }

    public FakeClock Clock { get; } = new(Start);

    public FakeDidSource Plc { get; } = new();

    public FakeDidSource Web { get; } = new();

    public DidResolver Resolver { get; }

    /// <summary>Look-ups that were paid for.</summary>
    public int Taken => Volatile.Read(ref _taken);

    /// <summary>What the budget answers when it is asked.</summary>
    public Action<Did, ClientAddress, LookupReason> Budget { get; set; } = (_, _, _) => { };

    public ValueTask<AtprotoKey> KeyAsync(Did did) => Resolver.ResolveKeyAsync(did, default, CancellationToken.None);

    public ValueTask<bool> ExistsAsync(Did did) => Resolver.ExistsAsync(did, default, CancellationToken.None);

    public ValueTask<AtprotoKey?> RefreshAsync(Did did, AtprotoKey? tried) =>
        Resolver.RefreshKeyAsync(did, tried, default, CancellationToken.None);

    public void Dispose() => _lookUps.Dispose();

    private void Take(Did did, ClientAddress from, LookupReason reason)
    {
        Budget(did, from, reason);
        Interlocked.Increment(ref _taken);
    }
}
