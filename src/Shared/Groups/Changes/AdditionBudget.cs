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

namespace AtpKeyserver.Groups.Changes;

/// <summary>
/// How often one account may add another to groups in a UTC day, all instances together. There is no total for the one
/// that is added: strangers could use it up.
/// </summary>
/// <remarks>
/// A row of the day's table is the keyed hash of both and a count. The table is dropped the day after.
/// </remarks>
public sealed class AdditionBudget(
    Tables tables, Keyring keyring, IOptions<KeyserverOptions> options, TimeProvider clock)
{
    private const string CountColumn = "Count";

    /// <summary>How often one call tries to count while others count for the same two accounts.</summary>
    private const int Tries = 10;

    /// <exception cref="KeyserverException">
    /// RateLimitExceeded until the day ends; UpstreamFailure when too many count at once.
    /// </exception>
    public async Task TakeAsync(Did adder, Did added, CancellationToken cancellation)
    {
        var limits = options.Value.RateLimits;
        if (!limits.Enabled)
            return;
        var now = clock.GetUtcNow();
        var table = tables.Additions(now);
        var root = await keyring.RootAsync(cancellation);
        // No DID holds a space.
        var hash = root.Mac(Encoding.UTF8.GetBytes($"addition {adder} {added}"));
        var pair = Convert.ToHexStringLower(hash.AsSpan(0, 16));
        var row = new TableEntity(pair[..2], pair) { [CountColumn] = 1 };
        if (await table.TryInsertAsync(row, cancellation))
            return;
        for (var attempt = 0; attempt < Tries; attempt++)
        {
            if (await table.GetAsync(row.PartitionKey, row.RowKey, cancellation) is { } counted)
            {
                var taken = UnverifiedColumns.Get<int>(counted, table.Name, CountColumn);
                if (taken >= limits.AdditionsPerDay)
                {
                    var untilTomorrow = TimeSpan.FromDays(1) - now.UtcDateTime.TimeOfDay;
                    throw new RateLimitExceededException(limits.AdditionsPerDay, untilTomorrow, TimeSpan.FromDays(1));
                }

                row[CountColumn] = taken + 1;
                if (await table.TryReplaceAsync(row, counted.ETag, cancellation))
                    return;
            }

            await Task.Delay(RandomNumberGenerator.GetInt32(2, 20), cancellation);
        }

        throw KeyserverException.Upstream("Too many additions of this account at once; try again.");
    }
}
