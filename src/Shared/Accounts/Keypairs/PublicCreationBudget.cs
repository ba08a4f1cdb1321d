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
/// How many keypairs anonymous callers may have made in an hour, all instances together: nobody can fill the storage by
/// asking for public keys. A network (/24 or /48) gets at most an eighth of what the hour has left, so it cannot use up
/// the hour for all others.
/// </summary>
public sealed class PublicCreationBudget(
    Tables tables, Keyring keyring, IOptions<KeyserverOptions> options, TimeProvider clock) : IDisposable
{
    /// <summary>A network may take 1/8 of what is left; one unit while any is left.</summary>
    public const int NetworkShare = 8;

    private const string Partition = "publicCreations";
    private const string Row = "hour";
    private const string HourColumn = "Hour";
    private const string CountColumn = "Count";
    private const string NetworksColumn = "Networks";
    private const int Tries = 10;

    /// <summary>
    /// Counters of networks, found by a keyed hash: 8 KiB in one column of the row, so one transaction counts both, and the
    /// row never grows. Networks that share a counter share its units.
    /// </summary>
    private const int Networks = 2048;

    // Callers of this instance count one after the other; only instances race.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <param name="from">Whose network pays.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <exception cref="KeyserverException">RateLimitExceeded until the hour ends; UpstreamFailure when too many count at once.</exception>
    public async Task TakeAsync(ClientAddress from, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        // As the log truncates it: a /24 or a /48.
        var hash = root.Mac(Encoding.ASCII.GetBytes($"public creations {from}"));
        var network = (int)(BinaryPrimitives.ReadUInt32LittleEndian(hash) % Networks);
        await _turn.WaitAsync(cancellation);
        try
        {
            await CountAsync(network, cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task CountAsync(int network, CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var now = clock.GetUtcNow();
            var hour = now.ToUnixTimeSeconds() / 3600;
            var row = await tables.Budgets.GetAsync(Partition, Row, cancellation);
            var isOfThisHour = row is not null && UnverifiedColumns.Get<long>(row, tables.Budgets.Name, HourColumn) == hour;
            var taken = isOfThisHour ? UnverifiedColumns.Get<int>(row!, tables.Budgets.Name, CountColumn) : 0;
            var networks = isOfThisHour ? NetworksOf(row!) : new byte[Networks * sizeof(int)];
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

        throw KeyserverException.Upstream("Too many accounts are being made at once; try again.");
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

    /// <summary>A copy. Zeros where the row is of a version that did not count networks.</summary>
    private static byte[] NetworksOf(TableEntity row) =>
        row.TryGetValue(NetworksColumn, out var value) && value is byte[] { Length: Networks * sizeof(int) } networks
            ? [.. networks]
            : new byte[Networks * sizeof(int)];
}
