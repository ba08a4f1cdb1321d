using AtpKeyserver.Errors;
using AtpKeyserver.Observability;
using Microsoft.Extensions.Logging;

namespace AtpKeyserver.KeyManagement;

/// <summary>
/// Rewraps all keyring keys with the current KEK version. Each row is replaced atomically and both forms open, so late,
/// repeated, concurrent and interrupted runs are safe.
/// </summary>
public sealed class KeyringRewrap(
    KeyringTable table, Keyring keyring, Kek kek, KeyserverMetrics metrics, ILogger<KeyringRewrap> logger)
{
    /// <summary>Limits the KEK ids in logs and metrics, in case an attacker plants rows.</summary>
    private const int MaxNamed = 8;

    /// <exception cref="AggregateException">Some keys could not be rewrapped. They remain usable, and the next run
    /// retries.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        var (current, expiresOn) = await kek.ReadCurrentAsync(cancellation);
        metrics.KekRead(expiresOn);
        var keys = await table.ListAsync(cancellation).ToListAsync(cancellation);
        var failures = new List<Exception>();
        var rewrapped = 0;
        foreach (var key in keys.Where(key => key.FoundKek != current))
        {
            try
            {
                if (await table.TryRewrapAsync(key, await keyring.RootAsync(cancellation), cancellation))
                    rewrapped++;
            }
            catch (Exception e) when (!cancellation.IsCancellationRequested)
            {
                failures.Add(e);
                var (error, status) = FailureCause.Of(e);
                if (e is TamperedException tampered)
                    Log.Tampered(logger, tampered);
                else
                    Log.KeyNotRewrapped(logger, key.Name, error, status);
            }
        }

        // Read again: other instances may run too, and the KEK may have a newer version.
        var now = 0;
        var old = new Dictionary<string, int>();
        await foreach (var key in table.ListAsync(cancellation))
        {
            if (key.FoundKek == current)
            {
                now++;
                continue;
            }

            var name = key.FoundKek is { Length: < 256 } kek && Uri.TryCreate(kek, UriKind.Absolute, out var id)
                ? id.AbsoluteUri
                : "none";
            name = old.Count < MaxNamed || old.ContainsKey(name) ? name : "others";
            old[name] = old.GetValueOrDefault(name) + 1;
        }

        metrics.KeyringCounted(current, now, old);
        if (rewrapped > 0 || old.Count > 0)
            Log.KeyringRewrapped(logger, rewrapped, current, old.Values.Sum());
        foreach (var (kek, count) in old)
            Log.KeysLeftOnOldKek(logger, count, kek);
        if (failures.Count > 0)
            throw new AggregateException(failures);
    }
}
