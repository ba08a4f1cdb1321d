using System.Diagnostics.Metrics;

namespace AtpKeyserver.Telemetry;

/// <summary>What is counted. Tags are names of the protocol: never an account, a group, an address or a key.</summary>
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

    public void KeyringCounted(int current, int old) =>
        _keyringRows = [Of(current, "current"), Of(old, "old")];

    public void AccessLogLost(int rows) => _accessLogLost.Add(rows);

    private static Measurement<int> Of(int rows, string state) => new(rows, new KeyValuePair<string, object?>("state", state));
}
