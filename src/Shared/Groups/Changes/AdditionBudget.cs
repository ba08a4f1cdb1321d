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
/// Limits how often one account may add another to groups per UTC day, over all instances. The added account has no
/// total limit: strangers could use it up.
/// </summary>
/// <remarks>
/// The day's table has a row per pair: the keyed hash of both DIDs, and a count. It is dropped the day after.
/// </remarks>
public sealed class AdditionBudget(
    Tables tables, Keyring keyring, IOptions<KeyserverOptions> options, TimeProvider clock)
{
    private const string CountColumn = "Count";

    /// <summary>How often one call tries to update the count of a pair that others keep updating.</summary>
    private const int Tries = 10;

    /// <exception cref="KeyserverException">
    /// RateLimitExceeded until the day ends; UpstreamFailure if too many calls update the count at once.
    /// </exception>
    public async Task TakeAsync(Did adder, Did added, CancellationToken cancellation)
    {
        var limits = options.Value.RateLimits;
        if (!limits.Enabled)
            return;
        var now = clock.GetUtcNow();
        var table = tables.Additions(now);
        var root = await keyring.RootAsync(cancellation);
        // A DID contains no space, so the text is unambiguous.
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

        throw KeyserverException.Upstream("Too many concurrent additions of this account; try again.");
    }
}
