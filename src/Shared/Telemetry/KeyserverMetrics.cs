using System.Diagnostics.Metrics;

namespace AtpKeyserver.Telemetry;

/// <summary>What is counted. Tags are names of the protocol: never an account, a group, an address or a key.</summary>
public sealed class KeyserverMetrics
{
    public const string MeterName = "AtpKeyserver";

    private readonly Counter<long> _refusedTokens;

    public KeyserverMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _refusedTokens = meter.CreateCounter<long>("keyserver.tokens.refused", "{token}", "Tokens that were refused, by the name of the rule.");
    }

    public void TokenRefused(string error) => _refusedTokens.Add(1, new KeyValuePair<string, object?>("error", error));
}
