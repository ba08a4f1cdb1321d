using System.Security.Cryptography;
using AtpKeyserver.AccessLog;
using AtpKeyserver.Concurrency;
using AtpKeyserver.Crypto;
using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using NSec.Cryptography;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>
/// Creates keypairs and new versions of them: head, version, event and account row in one transaction.
/// </summary>
public sealed class KeypairWriter(KeypairTable keypairs, AccessLogWriter log, TimeProvider clock) : IDisposable
{
    private readonly Stripes _locks = new();

    /// <summary>Waits for the lock on this account's keypair in this process.</summary>
    public Task<IDisposable> EnterAsync(Did account, CancellationToken cancellation) =>
        _locks.EnterAsync(account.Value, cancellation);

    /// <param name="account">
    /// The keypair's account, read under the lock: the write fails if it was deleted meanwhile.
    /// </param>
    /// <param name="replaced">The ETag of the existing head; null if there is none.</param>
    /// <param name="version">The number of the new version.</param>
    /// <param name="accessEvent">The event for the access log.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>
    /// The new version; null if the keypair or the account was changed concurrently: read again and retry.
    /// </returns>
    public async Task<KeyVersion?> TryWriteAsync(
        Account account, Azure.ETag? replaced, int version, AccessEvent accessEvent, CancellationToken cancellation)
    {
        var partition = account.Row.PartitionKey;
        var next = NewVersion(partition, version, account.Key);
        var change = new PartitionChange(keypairs.Table);
        change.WriteHead(new KeypairHead(partition, next, replaced).ToRow(change.Id, account.Key), replaced);
        change.Replace(account.Renew(), account.Row.ETag);
        change.Insert(keypairs.Versions.ToRow(partition, next, KeypairTable.Incarnation, account.Key));
        var pending = log.Pending(partition, change.Id, accessEvent with { Version = version }, account.Key);
        change.Insert(pending);

        if (!await change.CommitAsync(cancellation))
        {
            await Task.Delay(RandomNumberGenerator.GetInt32(2, 20), cancellation);
            return null;
        }

        await log.DrainAsync(keypairs.Table, pending, cancellation);
        return next;
    }

    public void Dispose() => _locks.Dispose();

    private KeyVersion NewVersion(string partition, int version, SealingKey key)
    {
        // The seed must leave NSec's protected memory once, to be sealed.
        using var pair = Key.Create(
            SignatureAlgorithm.Ed25519,
            new KeyCreationParameters { ExportPolicy = KeyExportPolicies.AllowPlaintextArchiving });
        using var seed = new Secret(
            pair.GetExportBlobSize(KeyBlobFormat.RawPrivateKey),
            bytes => pair.TryExport(KeyBlobFormat.RawPrivateKey, bytes, out _));
        return keypairs.Versions.Seal(
            partition, version, clock.GetUtcNow(), seed, key, pair.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }
}
