using System.Diagnostics;
using System.Diagnostics.Metrics;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Observability;
using AtpKeyserver.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace AtpKeyserver.Tests.Unit.Observability;

public sealed class KeyserverMetricsTests : IDisposable
{
    private const string AddMember = Nsid.Group + "addMember";

    private static readonly Did s_alice = Parse("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa");

    private readonly FakeClock _clock = new(new DateTimeOffset(2030, 1, 23, 10, 0, 0, TimeSpan.Zero));
    private readonly ServiceProvider _services;
    private readonly List<string> _counted = [];
    private readonly MeterListener _listener = new();

    public KeyserverMetricsTests() => _services =
        new ServiceCollection().AddMetrics().AddSingleton<TimeProvider>(_clock).AddSingleton<KeyserverMetrics>()
            .BuildServiceProvider();

    private KeyserverMetrics Metrics => _services.GetRequiredService<KeyserverMetrics>();

    [Fact]
    public void Refused_tokens_are_counted_by_rule()
    {
        Listen();
        Metrics.TokenRefused("JwtExpired");
        Metrics.TokenRefused("BadJwt");
        Assert.Equal(
            ["keyserver.tokens.refused 1 error=JwtExpired", "keyserver.tokens.refused 1 error=BadJwt"], _counted);
    }

    [Fact]
    public void Calls_are_counted_by_method_status_and_error()
    {
        Listen();
        Metrics.CallEnded(AddMember, "4xx", "Forbidden", isProbe: false, TimeSpan.FromSeconds(2));
        Assert.Equal(
            [
                $"keyserver.calls 1 method={AddMember},status=4xx,error=Forbidden",
                $"keyserver.calls.duration 2 method={AddMember}",
            ],
            _counted);
    }

    [Theory]
    [InlineData(Nsid.GroupGetKey, "2xx", "none", false, "kind=group,outcome=granted")]
    [InlineData(Nsid.KeypairGetKeypair, "2xx", "none", false, "kind=keypair,outcome=granted")]
    [InlineData(Nsid.GroupGetKey, "4xx", "Forbidden", false, "kind=group,outcome=denied")]
    [InlineData(Nsid.GroupGetKey, "2xx", "none", true, null)]
    [InlineData(Nsid.GroupGetKey, "4xx", "BadJwt", false, null)]
    [InlineData(Nsid.GroupGetKey, "5xx", "UpstreamFailure", false, null)]
    [InlineData(Nsid.Group + "listMembers", "2xx", "none", false, null)]
    // The response contains no secret key.
    [InlineData(Nsid.Account + "export", "2xx", "none", false, null)]
    public void Key_reads_are_counted_as_granted_or_denied(
        string method, string status, string error, bool isProbe, string? counted)
    {
        Listen();
        Metrics.CallEnded(method, status, error, isProbe, TimeSpan.Zero);
        var reads = _counted.Where(line => line.StartsWith("keyserver.keys.read ", StringComparison.Ordinal));
        Assert.Equal(counted is null ? [] : [$"keyserver.keys.read 1 {counted}"], reads);
    }

    [Fact]
    public void A_caller_over_10000_keys_an_hour_is_counted_once_an_hour_and_not_named()
    {
        Listen();
        Ask(HeavyCallers.Limit);
        Assert.Empty(_counted);
        Ask(HeavyCallers.Limit);
        Assert.Equal(["keyserver.callers.heavy 1 "], _counted);
        _clock.Advance(TimeSpan.FromHours(1));
        Ask(HeavyCallers.Limit);
        Assert.Single(_counted);
        Ask(1);
        Assert.Equal(2, _counted.Count);
    }

    [Fact]
    public void Each_key_of_a_call_counts_towards_the_hourly_limit()
    {
        Listen();
        for (var call = 0; call < 100; call++)
            Metrics.KeysRequested(s_alice, 99);
        Ask(100);
        Assert.Empty(_counted);
        Metrics.KeysRequested(s_alice, 100);
        Metrics.KeysRequested(s_alice, 100);
        Assert.Equal(["keyserver.callers.heavy 1 "], _counted);
    }

    [Fact]
    public void The_keys_of_a_call_are_counted_as_granted_or_denied()
    {
        Listen();
        Metrics.GroupKeysRead(granted: 97, denied: 2);
        Assert.Equal(
            [
                "keyserver.keys.read 97 kind=group,outcome=granted",
                "keyserver.keys.read 2 kind=group,outcome=denied",
            ],
            _counted);
    }

    [Fact]
    public void Many_callers_are_not_one_heavy_caller()
    {
        Listen();
        for (var i = 0; i < 100_000; i++)
            Metrics.KeyRequested(Parse($"did:web:a{i}.com"), Nsid.GroupGetKey);
        Assert.Empty(_counted);
    }

    [Fact]
    public void Unfinished_work_of_the_last_run_is_summed()
    {
        Listen();
        Metrics.UnfinishedCounted("deletions", "groups", 2);
        Metrics.UnfinishedCounted("deletions", "accounts", 3);
        Metrics.UnfinishedCounted("rotations", "RotateEverything", 1);
        Metrics.UnfinishedCounted("rotations", "RotateEverything", 0);
        _listener.RecordObservableInstruments();
        Assert.Contains("keyserver.unfinished 5 kind=deletions", _counted);
        Assert.Contains("keyserver.unfinished 0 kind=rotations", _counted);
    }

    [Fact]
    public void The_days_until_the_KEK_expires_count_down()
    {
        Listen();
        Metrics.KekRead(_clock.GetUtcNow().AddDays(20));
        _clock.Advance(TimeSpan.FromDays(7));
        _listener.RecordObservableInstruments();
        Assert.Contains("keyserver.kek.expires 13 ", _counted);
        Metrics.KekRead(null);
        _counted.Clear();
        _listener.RecordObservableInstruments();
        Assert.DoesNotContain(_counted, line => line.StartsWith("keyserver.kek.expires", StringComparison.Ordinal));
    }

    [Fact]
    public void Tampering_is_counted_by_table_without_its_day()
    {
        Listen();
        Log.Tampered(NullLogger.Instance, TamperedException.At("tampered20300123", "a finding"));
        _listener.RecordObservableInstruments();
        Assert.Contains("keyserver.storage.tampered 1 table=tampered", _counted);
    }

    /// <summary>
    /// Measures a warm call; a second measurement with a listener proves that the test measures something.
    /// </summary>
    [Fact]
    public void Nothing_is_allocated_without_a_listener()
    {
        var metrics = Metrics;
        for (var i = 0; i < 100; i++)
            Call();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Call();
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Traces.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        Call();
        Assert.NotEqual(before, GC.GetAllocatedBytesForCurrentThread());

        void Call()
        {
            var span = Traces.StartCall(Nsid.GroupGetKey);
            metrics.KeyRequested(s_alice, Nsid.GroupGetKey);
            metrics.CacheLookedUp("tokens", hit: true);
            metrics.DependencyAnswered("tables", "ok", TimeSpan.FromMilliseconds(1));
            metrics.CallEnded(Nsid.GroupGetKey, "2xx", "none", isProbe: false, TimeSpan.FromMilliseconds(1));
            Traces.End(span, "2xx", failed: false);
        }
    }

    [Fact]
    public void A_call_span_ignores_the_parent_that_a_client_sends()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Traces.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var request = new Activity("request");
        request.SetParentId("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01").AddBaggage("secret", "text")
            .Start();
        request.TraceStateString = "a=secret";
        using var span = Traces.StartCall(Nsid.GroupGetKey);
        Assert.NotNull(span);
        Assert.Equal(Nsid.GroupGetKey, span.DisplayName);
        Assert.Null(span.ParentId);
        Assert.NotEqual(request.TraceId, span.TraceId);
        Assert.Null(span.TraceStateString);
        Assert.Empty(span.Baggage);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    private static Did Parse(string text) =>
        Did.TryParse(text, allowLocalhost: false, out var did) ? did : throw new FormatException(text);

    private void Ask(int times)
    {
        for (var i = 0; i < times; i++)
            Metrics.KeyRequested(s_alice, Nsid.GroupGetKey);
    }

    /// <summary>Listens only to this server's meter: concurrent tests have others.</summary>
    private void Listen()
    {
        _ = Metrics;
        _listener.InstrumentPublished = (instrument, self) =>
        {
            var ours = _services.GetRequiredService<IMeterFactory>();
            if (instrument.Meter.Name == KeyserverMetrics.MeterName && instrument.Meter.Scope == ours)
                self.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<int>(Count);
        _listener.SetMeasurementEventCallback<long>(Count);
        _listener.SetMeasurementEventCallback<double>(Count);
        _listener.Start();
    }

    private void Count<T>(
        Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state) =>
        _counted.Add(
            $"{instrument.Name} {value} {string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"))}");
}
