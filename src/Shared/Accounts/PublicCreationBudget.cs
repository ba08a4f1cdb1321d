using System.Security.Cryptography;
using AtpKeyserver.Errors;
using AtpKeyserver.Limits;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.Options;

namespace AtpKeyserver.Accounts;

/// <summary>
/// How many keypairs anonymous callers may have made in an hour, all instances together: nobody can fill the storage by asking for public keys.
/// </summary>
public sealed class PublicCreationBudget(Tables tables, IOptions<KeyserverOptions> options, TimeProvider clock) : IDisposable
{
    private const string Partition = "publicCreations";
    private const string Row = "hour";
    private const string HourColumn = "Hour";
    private const string CountColumn = "Count";
    private const int Tries = 10;

    // Callers of this instance count one after the other; only instances race.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <exception cref="KeyserverException">RateLimitExceeded until the hour ends; UpstreamFailure when too many count at once.</exception>
    public async Task TakeAsync(CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await CountAsync(cancellation);
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose() => _turn.Dispose();

    private async Task CountAsync(CancellationToken cancellation)
    {
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            var now = clock.GetUtcNow();
            var hour = now.ToUnixTimeSeconds() / 3600;
            var row = await tables.Budgets.GetAsync(Partition, Row, cancellation);
            var taken = row is not null && UnverifiedColumns.Get<long>(row, tables.Budgets.Name, HourColumn) == hour
                ? UnverifiedColumns.Get<int>(row, tables.Budgets.Name, CountColumn)
                : 0;
            if (taken >= options.Value.PublicCreationsPerHour)
            {
                var nextHour = DateTimeOffset.FromUnixTimeSeconds((hour + 1) * 3600);
                throw new RateLimitExceededException(options.Value.PublicCreationsPerHour, nextHour - now, TimeSpan.FromHours(1));
            }

            var next = new TableEntity(Partition, Row) { [HourColumn] = hour, [CountColumn] = taken + 1 };
            if (row is null
                ? await tables.Budgets.TryInsertAsync(next, cancellation)
                : await tables.Budgets.TryReplaceAsync(next, row.ETag, cancellation))
                return;
            await Task.Delay(RandomNumberGenerator.GetInt32(2, 20), cancellation);
        }

        throw KeyserverException.Upstream("Too many accounts are being made at once; try again.");
    }
}
