using System.Text.Json;
using System.Text.Json.Serialization;

namespace AtpKeyserver.Perf.Scaling;

/// <summary>
/// Azure prices. The values are unverified examples: pass those of your region in a JSON file with camelCase names.
/// Missing values keep their example. The price lists are at https://azure.microsoft.com/pricing/details/ and the paths
/// below.
/// </summary>
internal sealed record Prices
{
    private static readonly JsonSerializerOptions Json =
        new(JsonSerializerDefaults.Web) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Currency, region and date for the table's header.</summary>
    public string Source { get; init; } = "US$, West Europe, GZRS, list, example";

    /// <summary>Per million executions, on demand or always ready: functions, Flex Consumption.</summary>
    public double Executions { get; init; } = 0.40;

    /// <summary>Per GB-s of an on-demand instance: functions, Flex Consumption.</summary>
    public double OnDemand { get; init; } = 0.000026;

    /// <summary>Per GB-s of an always-ready instance (baseline): functions, Flex Consumption.</summary>
    public double AlwaysReady { get; init; } = 0.0000059;

    /// <summary>Per additional GB-s of an active always-ready instance: functions, Flex Consumption.</summary>
    public double AlwaysReadyActive { get; init; } = 0.000016;

    /// <summary>
    /// Per 100,000 table operations (price lists: 10,000), with the account's redundancy: storage/tables.
    /// </summary>
    public double TableOperations { get; init; } = 0.036;

    /// <summary>Per GB of tables and month, with the account's redundancy: storage/tables.</summary>
    public double TableStorage { get; init; } = 0.07;

    /// <summary>Per GB of copies and month: storage/blobs.</summary>
    public double CopyStorage { get; init; } = 0.07;

    /// <summary>Per RSA 3072 HSM key and month: key-vault.</summary>
    public double VaultKey { get; init; } = 1;

    /// <summary>Per 10,000 operations with that key: key-vault.</summary>
    public double VaultOperations { get; init; } = 0.03;

    /// <summary>Per private endpoint and month, without traffic: private-link.</summary>
    public double PrivateEndpoint { get; init; } = 7.3;

    /// <summary>Per NAT gateway with its address and month: azure-nat-gateway.</summary>
    public double Nat { get; init; } = 33;

    /// <summary>Per GB through the NAT gateway: azure-nat-gateway.</summary>
    public double NatTraffic { get; init; } = 0.045;

    /// <summary>Per GB of ingested logs and metrics: monitor.</summary>
    public double Telemetry { get; init; } = 2.80;

    /// <summary>Per web test execution: monitor.</summary>
    public double Probe { get; init; } = 0.0006;

    /// <exception cref="JsonException">A name is unknown, or a value is not a number.</exception>
    public static Prices Read(string json) => JsonSerializer.Deserialize<Prices>(json, Json) ?? new Prices();
}
