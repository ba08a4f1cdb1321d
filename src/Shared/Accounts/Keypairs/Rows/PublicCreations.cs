using System.Buffers.Binary;
using AtpKeyserver.Errors;
using AtpKeyserver.Storage;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts.Keypairs.Rows;

/// <summary>How many keypairs were created for anonymous callers in one hour, in total and per network.</summary>
public sealed class PublicCreations
{
    /// <summary>
    /// Number of network counters, indexed by a keyed hash: 8 KiB in one column of the row, so that one transaction
    /// updates both counts and the row never grows. Networks with the same hash share a counter.
    /// </summary>
    public const int Networks = 2048;

    private const string HourColumn = "Hour";
    private const string CountColumn = "Count";
    private const string NetworksColumn = "Networks";

    private readonly byte[] _networks;

    private PublicCreations(long hour, int count, byte[] networks)
    {
        Hour = hour;
        Count = count;
        _networks = networks;
    }

    /// <summary>Hours since 1970.</summary>
    public long Hour { get; }

    public int Count { get; }

    /// <summary>The counts of this hour: zero if the row is missing or of another hour.</summary>
    /// <exception cref="TamperedException">A column is missing or has an unexpected type.</exception>
    public static PublicCreations Read(TableEntity? row, long hour)
    {
        if (row is null || UnverifiedColumns.Get<long>(row, Tables.BudgetsName, HourColumn) != hour)
            return new PublicCreations(hour, 0, new byte[Networks * sizeof(int)]);
        var networks = UnverifiedColumns.Get<byte[]>(row, Tables.BudgetsName, NetworksColumn);
        return networks.Length == Networks * sizeof(int)
            ? new PublicCreations(hour, UnverifiedColumns.Get<int>(row, Tables.BudgetsName, CountColumn), networks)
            : throw TamperedException.At(Tables.BudgetsName, "the counters of networks have a wrong length");
    }

    public TableEntity ToRow(string partition, string row) => new(partition, row)
    {
        [HourColumn] = Hour,
        [CountColumn] = Count,
        [NetworksColumn] = _networks,
    };

    public int CountOf(int network) => BinaryPrimitives.ReadInt32LittleEndian(CounterOf(_networks, network));

    /// <summary>The counts after one more creation by this network.</summary>
    public PublicCreations Add(int network)
    {
        byte[] networks = [.. _networks];
        BinaryPrimitives.WriteInt32LittleEndian(CounterOf(networks, network), CountOf(network) + 1);
        return new(Hour, Count + 1, networks);
    }

    private static Span<byte> CounterOf(byte[] networks, int network) =>
        networks.AsSpan(network * sizeof(int), sizeof(int));
}
