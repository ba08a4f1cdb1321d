using AtpKeyserver.Telemetry;
using Azure;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.Sealing;

/// <summary>
/// Wraps every key of the keyring by the current version of the KEK. A row is replaced as a whole, so at each moment the old form or the new one
/// stands there, and both open. Late, repeated, concurrent and interrupted runs do no harm.
/// </summary>
public sealed class KeyringRewrap(KeyringTable table, Keyring keyring, Kek kek, KeyserverMetrics metrics, ILogger<KeyringRewrap> logger)
{
    /// <exception cref="AggregateException">Some keys could not be wrapped anew; they open as before, and the next run tries again.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var current = await kek.ReadCurrentAsync(cancellation);
        var rows = await table.ListAsync(cancellation).ToListAsync(cancellation);
        var failures = new List<Exception>();
        var rewrapped = 0;
        foreach (var row in rows.Where(row => KeyringTable.KekOf(row) != current))
        {
            try
            {
                if (await table.TryRewrapAsync(row, await keyring.RootAsync(cancellation), cancellation))
                    rewrapped++;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                failures.Add(e);
                if (e is TamperedException)
                    Log.Tampered(logger, e.Message);
                else
                    Log.KeyNotRewrapped(logger, row.RowKey, e.GetType().Name, (e as RequestFailedException)?.Status ?? 0);
            }
        }

        // Read again: others may be at it, too, and a newer version of the KEK may have come meanwhile.
        var (now, old) = (0, 0);
        await foreach (var row in table.ListAsync(cancellation))
            _ = KeyringTable.KekOf(row) == current ? now++ : old++;
        metrics.KeyringCounted(now, old);
        if (rewrapped > 0 || old > 0)
            Log.KeyringRewrapped(logger, rewrapped, current, old);
        if (failures.Count > 0)
            throw new AggregateException(failures);
    }
}
