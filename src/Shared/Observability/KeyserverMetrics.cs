using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Observability;

/// <summary>
/// All metrics. Tags are protocol names, component names or a KEK id, never an account, group, address or key. Without
/// a listener nothing is allocated. infra/bicep/metrics.bicep uses the same names for alerts and the workbook.
/// </summary>
public sealed class KeyserverMetrics
{
    public const string MeterName = "AtpKeyserver";

    /// <summary>Seconds: a warm read takes 1–2 ms and a call ends after 8 s.</summary>
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
    private readonly Counter<long> _cacheLookups;
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
        _calls = meter.CreateCounter<long>(
            "keyserver.calls", "{call}", "Calls by method, status class and error name.");
        _callTimes = meter.CreateHistogram("keyserver.calls.duration", "s", "Duration of a call.", null, s_seconds);
        _refusedTokens = meter.CreateCounter<long>(
            "keyserver.tokens.refused", "{token}", "Rejected tokens by error name.");
        _keyReads = meter.CreateCounter<long>("keyserver.keys.read", "{read}", "Key requests, granted or denied.");
        _heavyCallers = meter.CreateCounter<long>(
            "keyserver.callers.heavy", "{caller}", "Callers that requested more than 10,000 keys within an hour.");
        _dependencyTimes = meter.CreateHistogram(
            "keyserver.dependency.duration",
            "s",
            "Each attempt of a request to storage, Key Vault, the PLC directory or a did:web host.",
            null,
            s_seconds);
        _cacheLookups = meter.CreateCounter<long>("keyserver.cache.lookups", "{lookup}", "Cache lookups.");
        _accessLogLost = meter.CreateCounter<long>(
            "keyserver.accesslog.lost", "{entry}", "Access-log entries of answered reads that could not be written.");
        _timerRuns = meter.CreateCounter<long>("keyserver.timers.runs", "{run}", "Timer runs.");
        meter.CreateObservableCounter(
            "keyserver.storage.tampered",
            () => TamperingCounts.Counts.Select(found => Of(found.Value, ("table", found.Key))),
            "{finding}",
            "Rows that failed authentication, counted on each read.");
        meter.CreateObservableGauge(
            "keyserver.accesslog.tables", () => _accessLogTables, "{table}", "Daily access-log tables.");
        meter.CreateObservableGauge(
            "keyserver.keyring.rows",
            () => _keyringRows,
            "{row}",
            "Keys wrapped by the current KEK version or an old one.");
        meter.CreateObservableGauge(
            "keyserver.kek.expires", KekExpires, "d", "Days until the current KEK version expires.");
        meter.CreateObservableGauge(
            "keyserver.unfinished",
            Unfinished,
            "{work}",
            "Unfinished deletions and rotations; the next run resumes them.");
    }

    /// <summary>Whether anything listens to dependency durations.</summary>
    internal bool MeasuresDependencies => _dependencyTimes.Enabled;

    /// <param name="method">The canonical NSID, also for aliases; a fixed label if the request matched no
    /// method.</param>
    /// <param name="status">2xx, 4xx or 5xx; <c>gone</c> if the client disconnected before the response.</param>
    /// <param name="error">The error name, or <c>none</c>.</param>
    /// <param name="isProbe">True for HEAD, which returns no key.</param>
    /// <param name="time">Duration of the call.</param>
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

    /// <summary>Counts the keys of one call that asked for several group keys.</summary>
    internal void GroupKeysRead(int granted, int denied)
    {
        _keyReads.Add(granted, new("kind", "group"), new("outcome", "granted"));
        _keyReads.Add(denied, new("kind", "group"), new("outcome", "denied"));
    }

    /// <summary>Counts a key request towards the caller's hourly limit (<see cref="HeavyCallers"/>).</summary>
    internal void KeyRequested(Did caller, string method)
    {
        if (KindOfKey(method) is not null)
            KeysRequested(caller, 1);
    }

    /// <summary>The same for a call that asks for several keys.</summary>
    internal void KeysRequested(Did caller, int count)
    {
        if (_heavyCallers.Enabled && _readers.ExceedsLimit(caller, (uint)count))
            _heavyCallers.Add(1);
    }

    internal void DependencyAnswered(string dependency, string outcome, TimeSpan time) =>
        _dependencyTimes.Record(time.TotalSeconds, new("dependency", dependency), new("outcome", outcome));

    internal void CacheLookedUp(string cache, bool hit) =>
        _cacheLookups.Add(1, new("cache", cache), new("outcome", hit ? "hit" : "miss"));

    public void TokenRefused(string error) => _refusedTokens.Add(1, new KeyValuePair<string, object?>("error", error));

    /// <param name="kek">The full id of the current KEK version.</param>
    /// <param name="rows">How many keys it wraps.</param>
    /// <param name="old">Number of keys per old KEK version.</param>
    public void KeyringCounted(string kek, int rows, IReadOnlyDictionary<string, int> old) => _keyringRows =
    [
        Of(rows, ("state", "current"), ("kek", kek)),
        .. old.Count == 0
            ? [Of(0, ("state", "old"), ("kek", "none"))]
            : old.Select(left => Of(left.Value, ("state", "old"), ("kek", left.Key))),
    ];

    /// <param name="at">When the current KEK version expires; null if never.</param>
    internal void KekRead(DateTimeOffset? at) => _kekExpires = at;

    public void AccessLogLost(int entries) => _accessLogLost.Add(entries);

    internal void AccessLogCounted(int tables) => _accessLogTables = [new(tables)];

    internal void TimerRan(string timer, bool succeeded) =>
        _timerRuns.Add(1, new("timer", timer), new("outcome", succeeded ? "ok" : "failed"));

    /// <summary>Records the remaining work of the last run in this instance.</summary>
    internal void UnfinishedCounted(string kind, string what, int count) => _unfinished[(kind, what)] = count;

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
