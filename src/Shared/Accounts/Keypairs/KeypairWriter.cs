using System.Security.Cryptography;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Crypto;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using NSec.Cryptography;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>Makes keypairs and their next versions: head, version, event and the account's row in one transaction.</summary>
public sealed class KeypairWriter(KeypairTable keypairs, AccessLogWriter log, TimeProvider clock) : IDisposable
{
    private readonly Stripes _turns = new();

    /// <summary>The turn to change this account's keypair in this process.</summary>
    public Task<IDisposable> EnterAsync(Did account, CancellationToken cancellation) => _turns.EnterAsync(account.Value, cancellation);

    /// <param name="account">Whose keypair, read in this turn: an account that was deleted meanwhile gets none.</param>
    /// <param name="replaced">The ETag of the head that stands there; null where none does.</param>
    /// <param name="version">The version to make.</param>
    /// <param name="happens">What this is in the access log.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The new version; null when somebody else changed the keypair or the account: read again, decide again.</returns>
    public async Task<KeyVersion?> TryWriteAsync(
        Account account, Azure.ETag? replaced, int version, AccessEvent happens, CancellationToken cancellation)
    {
        var partition = account.Row.PartitionKey;
        var next = NewVersion(partition, version, account.Key);
        var change = new PartitionChange(keypairs.Table);
        change.WriteHead(new KeypairHead(partition, next, replaced).ToRow(change.Id, account.Key), replaced);
        change.Replace(account.Renew(), account.Row.ETag);
        change.Insert(keypairs.Versions.ToRow(partition, next, KeypairTable.Incarnation, account.Key));
        var pending = log.Pending(partition, change.Id, happens with { Version = version }, account.Key);
        change.Insert(pending);

        if (!await change.CommitAsync(cancellation))
        {
            await Task.Delay(RandomNumberGenerator.GetInt32(2, 20), cancellation);
            return null;
        }

        await log.DrainAsync(keypairs.Table, pending, cancellation);
        return next;
    }

    public void Dispose() => _turns.Dispose();

    private KeyVersion NewVersion(string partition, int version, SealingKey key)
    {
        // The seed has to leave NSec's protected memory once: to be sealed.
        using var pair = Key.Create(
            SignatureAlgorithm.Ed25519, new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving });
        using var seed = new Secret(
            pair.GetExportBlobSize(KeyBlobFormat.RawPrivateKey), bytes => pair.TryExport(KeyBlobFormat.RawPrivateKey, bytes, out _));
        return keypairs.Versions.Seal(
            partition, version, clock.GetUtcNow(), seed, key, pair.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }
}
