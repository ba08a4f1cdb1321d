using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>
/// What Azure charges. The values are examples from memory, not looked up: give those of your region in a JSON file,
/// with names in camel case; what it leaves out keeps its example. The price lists are at
/// https://azure.microsoft.com/pricing/details/ and the path named here.
/// </summary>
internal sealed record Prices
{
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Currency, region and date, for the head of the table.</summary>
    public string Source { get; init; } = "US$, West Europe, GZRS, list, example";

    /// <summary>A million executions on demand or always ready: functions, Flex Consumption.</summary>
    public double Executions { get; init; } = 0.40;

    /// <summary>A GB-s of an instance on demand: functions, Flex Consumption.</summary>
    public double OnDemand { get; init; } = 0.000026;

    /// <summary>A GB-s of an always-ready instance, active or not (baseline): functions, Flex Consumption.</summary>
    public double AlwaysReady { get; init; } = 0.0000059;

    /// <summary>A GB-s of an always-ready instance while it is active, on top: functions, Flex Consumption.</summary>
    public double AlwaysReadyActive { get; init; } = 0.000016;

    /// <summary>100,000 operations on tables (price lists: 10,000), with the redundancy: storage/tables.</summary>
    public double TableOperations { get; init; } = 0.036;

    /// <summary>A GB of tables in a month, of the account's redundancy: storage/tables.</summary>
    public double TableStorage { get; init; } = 0.07;

    /// <summary>A GB of copies in a month: storage/blobs.</summary>
    public double CopyStorage { get; init; } = 0.07;

    /// <summary>An RSA 3072 key in a hardware module, a month: key-vault.</summary>
    public double VaultKey { get; init; } = 1;

    /// <summary>10,000 operations with that key: key-vault.</summary>
    public double VaultOperations { get; init; } = 0.03;

    /// <summary>A private endpoint in a month; what passes through it is left out: private-link.</summary>
    public double PrivateEndpoint { get; init; } = 7.3;

    /// <summary>A NAT gateway with its address, a month: azure-nat-gateway.</summary>
    public double Nat { get; init; } = 33;

    /// <summary>A GB through the NAT gateway: azure-nat-gateway.</summary>
    public double NatTraffic { get; init; } = 0.045;

    /// <summary>A GB of logs and metrics taken in: monitor.</summary>
    public double Telemetry { get; init; } = 2.80;

    /// <summary>A web test, once: monitor.</summary>
    public double Probe { get; init; } = 0.0006;

    /// <exception cref="JsonException">A name in it is unknown, or a value is no number.</exception>
    public static Prices Read(string json) => JsonSerializer.Deserialize<Prices>(json, Json) ?? new Prices();
}
