using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Observability;

/// <summary>
/// What is counted. Tags are names of the protocol and of our own parts, or the id of a KEK: never an account, a group, an address or a key.
/// Nothing is allocated, and next to nothing done, while nobody listens. infra/bicep/metrics.bicep has the same names, for alerts and workbook.
/// </summary>
public sealed class KeyserverMetrics
{
    public const string MeterName = "AtpKeyserver";

    /// <summary>Seconds: a warm read takes one or two milliseconds, and a call ends after eight seconds.</summary>
    private static readonly InstrumentAdvice<double> s_seconds = new()
    {
        HistogramBucketBoundaries = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 4, 8],
    };

    private readonly Counter<long> _calls;
    private readonly Histogram<double> _callTimes;
    private readonly Counter<long> _refusedTokens;
    private readonly Counter<long> _keyReads;
    private readonly Counter<long> _heavyCallers;
    private readonly Histogram<double> _dependencyTimes;
    private readonly Counter<long> _cacheLookUps;
    private readonly Counter<long> _accessLogLost;
    private readonly Counter<long> _timerRuns;
    private readonly HeavyCallers _readers;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<(string Kind, string What), int> _unfinished = new();
    private volatile Measurement<int>[] _keyringRows = [];
    private volatile Measurement<int>[] _accessLogTables = [];
    private volatile object? _kekExpires;

    public KeyserverMetrics(IMeterFactory meters, TimeProvider? clock = null)
    {
        _clock = clock ?? TimeProvider.System;
        _readers = new HeavyCallers(_clock);
        var meter = meters.Create(MeterName);
        _calls = meter.CreateCounter<long>("keyserver.calls", "{call}", "Calls by method, kind of answer and name of the error.");
        _callTimes = meter.CreateHistogram("keyserver.calls.duration", "s", "From the function to the answer.", null, s_seconds);
        _refusedTokens = meter.CreateCounter<long>("keyserver.tokens.refused", "{token}", "Refused tokens, by the name of the rule.");
        _keyReads = meter.CreateCounter<long>("keyserver.keys.read", "{read}", "Keys that were asked for, granted or denied.");
        _heavyCallers = meter.CreateCounter<long>(
            "keyserver.callers.heavy", "{caller}", "Callers that asked for more than 10,000 keys within an hour.");
        _dependencyTimes = meter.CreateHistogram(
            "keyserver.dependency.duration",
            "s",
            "Each try of a request to the storage, the vault, the directory or a host of a did:web.",
            null,
            s_seconds);
        _cacheLookUps = meter.CreateCounter<long>("keyserver.cache.lookups", "{look-up}", "Look-ups in memory.");
        _accessLogLost = meter.CreateCounter<long>(
            "keyserver.accesslog.lost", "{entry}", "Entries of reads that were answered and could not be written.");
        _timerRuns = meter.CreateCounter<long>("keyserver.timers.runs", "{run}", "Runs of a timer.");
        meter.CreateObservableCounter(
            "keyserver.storage.tampered", () => TamperingCounts.Counts.Select(found => Of(found.Value, ("table", found.Key))), "{finding}",
            "Rows that this server did not write, or not at this place and time; each time that one is met.");
        meter.CreateObservableGauge("keyserver.accesslog.tables", () => _accessLogTables, "{table}", "Days of the access log.");
        meter.CreateObservableGauge(
            "keyserver.keyring.rows", () => _keyringRows, "{row}", "Keys that the current version of the KEK wraps, or an old one.");
        meter.CreateObservableGauge("keyserver.kek.expires", KekExpires, "d", "Until the current version of the KEK expires.");
        meter.CreateObservableGauge("keyserver.unfinished", Unfinished, "{work}", "Deletions and rotations that a later run goes on with.");
    }

    /// <summary>Whether anybody wants to know how long dependencies take.</summary>
    internal bool MeasuresDependencies => _dependencyTimes.Enabled;

    /// <param name="method">The NSID, aliases under their method's; or the name of what is no method.</param>
    /// <param name="status">2xx, 4xx, 5xx; gone, where the client did not wait for the answer.</param>
    /// <param name="error">Its name, or none.</param>
    /// <param name="isProbe">A HEAD, which gets no key.</param>
    /// <param name="time">From the function to the answer.</param>
    internal void CallEnded(string method, string status, string error, bool isProbe, TimeSpan time)
    {
        _calls.Add(1, new("method", method), new("status", status), new("error", error));
        _callTimes.Record(time.TotalSeconds, new KeyValuePair<string, object?>("method", method));
        if (isProbe || KindOfKey(method) is not { } kind)
            return;
        if (status == "2xx")
            _keyReads.Add(1, new("kind", kind), new("outcome", "granted"));
        else if (error is nameof(Errors.ErrorName.Forbidden) or nameof(Errors.ErrorName.AccountDeleted))
            _keyReads.Add(1, new("kind", kind), new("outcome", "denied"));
    }

    /// <summary>Counts an account's questions for keys, to tell when there are very many.</summary>
    internal void Asked(Did caller, string method)
    {
        if (_heavyCallers.Enabled && KindOfKey(method) is not null && _readers.PassesLimit(caller))
            _heavyCallers.Add(1);
    }

    internal void DependencyAnswered(string dependency, string outcome, TimeSpan time) =>
        _dependencyTimes.Record(time.TotalSeconds, new("dependency", dependency), new("outcome", outcome));

    internal void LookedUp(string cache, bool hit) => _cacheLookUps.Add(1, new("cache", cache), new("outcome", hit ? "hit" : "miss"));

    public void TokenRefused(string error) => _refusedTokens.Add(1, new KeyValuePair<string, object?>("error", error));

    /// <param name="kek">The full id of the current version of the KEK.</param>
    /// <param name="rows">The keys that it wraps.</param>
    /// <param name="old">How many keys other versions wrap.</param>
    public void KeyringCounted(string kek, int rows, IReadOnlyDictionary<string, int> old) => _keyringRows =
    [
        Of(rows, ("state", "current"), ("kek", kek)),
        .. old.Count == 0
            ? [Of(0, ("state", "old"), ("kek", "none"))]
            : old.Select(left => Of(left.Value, ("state", "old"), ("kek", left.Key))),
    ];

    /// <param name="at">When the current version of the KEK expires; null: never.</param>
    internal void KekRead(DateTimeOffset? at) => _kekExpires = at;

    public void AccessLogLost(int entries) => _accessLogLost.Add(entries);

    internal void AccessLogCounted(int tables) => _accessLogTables = [new(tables)];

    internal void TimerRan(string timer, bool succeeded) =>
        _timerRuns.Add(1, new("timer", timer), new("outcome", succeeded ? "ok" : "failed"));

    /// <summary>What this work left, as its last run in this instance saw it.</summary>
    internal void Left(string kind, string what, int count) => _unfinished[(kind, what)] = count;

    private static string? KindOfKey(string method) => method switch
    {
        Nsid.GroupGetKey => "group",
        Nsid.KeypairGetKeypair => "keypair",
        _ => null,
    };

    private IEnumerable<Measurement<double>> KekExpires() =>
        _kekExpires is DateTimeOffset at ? [new((at - _clock.GetUtcNow()).TotalDays)] : [];

    private IEnumerable<Measurement<int>> Unfinished() =>
        _unfinished.GroupBy(left => left.Key.Kind, (kind, left) => Of(left.Sum(work => work.Value), ("kind", kind)));

    private static Measurement<T> Of<T>(T value, params (string Name, string Value)[] tags)
        where T : struct =>
        new(value, tags.Select(tag => new KeyValuePair<string, object?>(tag.Name, tag.Value)));
}
