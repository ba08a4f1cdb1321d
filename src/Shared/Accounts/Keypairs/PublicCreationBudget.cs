using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AtpKeyserver.Configuration;
using AtpKeyserver.Crypto;
using AtpKeyserver.Errors;
using AtpKeyserver.Identifiers;
using AtpKeyserver.KeyManagement;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>
/// Limits how many keypairs anonymous callers can have created per hour, over all instances, so that nobody fills the
/// storage by requesting public keys. A network (/24 or /48) gets at most an eighth of the hour's remaining budget, so
/// that it cannot use it up for everyone.
/// </summary>
public sealed class PublicCreationBudget(
    Tables tables, Keyring keyring, IOptions<KeyserverOptions> options, TimeProvider clock) : IDisposable
{
    /// <summary>A network may use 1/8 of the remaining budget, and at least one unit while any is left.</summary>
    public const int NetworkShare = 8;

    private const string Partition = "publicCreations";
    private const string Row = "hour";
    private const string HourColumn = "Hour";
    private const string CountColumn = "Count";
    private const string NetworksColumn = "Networks";
    private const int Tries = 10;

    /// <summary>
    /// Number of network counters, indexed by a keyed hash: 8 KiB in one column of the row, so that one transaction
    /// updates both counts and the row never grows. Networks with the same hash share a counter.
    /// </summary>
    private const int Networks = 2048;

    // Callers of this instance update the row one at a time; only instances race.
    private readonly SemaphoreSlim _lock = new(1, 1);

    /// <param name="from">The caller, whose network is charged.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="KeyserverException">
    /// RateLimitExceeded until the hour ends; UpstreamFailure if too many calls update the row at once.
    /// </exception>
    public async Task TakeAsync(ClientAddress from, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        // The text form is truncated to a /24 or a /48, as in logs.
        var hash = root.Mac(Encoding.ASCII.GetBytes($"public creations {from}"));
        var network = (int)(BinaryPrimitives.ReadUInt32LittleEndian(hash) % Networks);
        await _lock.WaitAsync(cancellation);
        try
        {
            await CountAsync(network, cancellation);
        }
        finally
        {
            _lock.Release();
        }
    }

    public void Dispose() => _lock.Dispose();

    private async Task CountAsync(int network, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var now = clock.GetUtcNow();
            var hour = now.ToUnixTimeSeconds() / 3600;
            var row = await tables.Budgets.GetAsync(Partition, Row, cancellation);
            var isOfThisHour = row is not null
                && UnverifiedColumns.Get<long>(row, tables.Budgets.Name, HourColumn) == hour;
            var taken = isOfThisHour ? UnverifiedColumns.Get<int>(row!, tables.Budgets.Name, CountColumn) : 0;
            var networks = isOfThisHour ? NetworksOf(row!, tables.Budgets.Name) : new byte[Networks * sizeof(int)];
            var counter = networks.AsSpan(network * sizeof(int), sizeof(int));
            var takenByNetwork = BinaryPrimitives.ReadInt32LittleEndian(counter);
            Check(taken, takenByNetwork, now, hour);

            BinaryPrimitives.WriteInt32LittleEndian(counter, takenByNetwork + 1);
            var next = new TableEntity(Partition, Row)
            {
                [HourColumn] = hour,
                [CountColumn] = taken + 1,
                [NetworksColumn] = networks,
            };
            if (row is null
                ? await tables.Budgets.TryInsertAsync(next, cancellation)
                : await tables.Budgets.TryReplaceAsync(next, row.ETag, cancellation))
                return;
            await Task.Delay(RandomNumberGenerator.GetInt32(2, 20), cancellation);
        }

        throw KeyserverException.Upstream("Too many accounts are being created at once; try again.");
    }

    private void Check(int taken, int takenByNetwork, DateTimeOffset now, long hour)
    {
        var limit = options.Value.PublicCreationsPerHour;
        var left = limit - taken;
        var share = Math.Max(1, left / NetworkShare);
        if (left > 0 && takenByNetwork < share)
            return;
        var nextHour = DateTimeOffset.FromUnixTimeSeconds((hour + 1) * 3600);
        throw new RateLimitExceededException(left > 0 ? takenByNetwork : limit, nextHour - now, TimeSpan.FromHours(1));
    }

    private static byte[] NetworksOf(TableEntity row, string table) =>
        UnverifiedColumns.Get<byte[]>(row, table, NetworksColumn) is { Length: Networks * sizeof(int) } networks
            ? networks
            : throw TamperedException.At(table, "the counters of networks have a wrong length");
}
