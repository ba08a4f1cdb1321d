using AtpKeyserver.AccessLog;
using AtpKeyserver.Accounts.Keypairs.Rows;
using AtpKeyserver.Accounts.Rows;
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
    /// The keypair's account, read under the lock: the write fails if it was deleted concurrently.
    /// </param>
    /// <param name="replaced">The existing head; null if there is none.</param>
    /// <param name="version">The number of the new version.</param>
    /// <param name="accessEvent">The event for the access log.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>
    /// The new version; null if the keypair or the account was changed concurrently: read again and retry.
    /// </returns>
    public async Task<KeyVersion?> TryWriteAsync(
        Account account, KeypairHead? replaced, int version, AccessEvent accessEvent, CancellationToken cancellation)
    {
        var partition = account.Partition;
        var next = NewVersion(partition, version, account.Key);
        var change = keypairs.Activate(account, replaced, next);
        var pending = log.Pending(partition, change.Id, accessEvent with { Version = version }, account.Key);
        change.Insert(pending.Row);

        if (!await change.CommitAsync(cancellation))
        {
            await ConflictDelay.WaitAsync(cancellation);
            return null;
        }

        await log.MoveAsync(keypairs.Table, pending, cancellation);
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
