using System.Diagnostics.Metrics;

namespace AtpKeyserver.Telemetry;

/// <summary>
/// What is counted. Tags are names of the protocol, or the id of a KEK: never an account, a group, an address or a key.
/// </summary>
public sealed class KeyserverMetrics
{
    public const string MeterName = "AtpKeyserver";

    private readonly Counter<long> _refusedTokens;
    private readonly Counter<long> _accessLogLost;
    private volatile Measurement<int>[] _keyringRows = [];

    public KeyserverMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _refusedTokens = meter.CreateCounter<long>("keyserver.tokens.refused", "{token}", "Tokens that were refused, by the name of the rule.");
        _accessLogLost = meter.CreateCounter<long>("keyserver.accesslog.lost", "{row}", "Rows of reads that were answered and could not be written.");
        meter.CreateObservableGauge(
            "keyserver.keyring.rows", () => _keyringRows, "{row}", "Keys that the current version of the KEK wraps, or an old one.");
    }

    public void TokenRefused(string error) => _refusedTokens.Add(1, new KeyValuePair<string, object?>("error", error));

    /// <param name="kek">The full id of the current version of the KEK.</param>
    /// <param name="rows">The keys that it wraps.</param>
    /// <param name="old">How many keys other versions wrap.</param>
    public void KeyringCounted(string kek, int rows, IReadOnlyDictionary<string, int> old) => _keyringRows =
    [
        Of(rows, "current", kek),
        .. old.Count == 0 ? [Of(0, "old", "none")] : old.Select(left => Of(left.Value, "old", left.Key)),
    ];

    public void AccessLogLost(int rows) => _accessLogLost.Add(rows);

    private static Measurement<int> Of(int rows, string state, string kek) =>
        new(rows, new KeyValuePair<string, object?>("state", state), new KeyValuePair<string, object?>("kek", kek));
}
