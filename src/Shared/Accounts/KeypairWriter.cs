using System.Security.Cryptography;
using AtpKeyserver.Audit;
using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using NSec.Cryptography;

namespace AtpKeyserver.Accounts;

/// <summary>Makes keypairs and their next versions: head, version and event in one transaction.</summary>
public sealed class KeypairWriter(KeypairTable keypairs, AccessLog log, TimeProvider clock) : IDisposable
{
    private readonly Stripes _turns = new();

    /// <summary>The turn to change this account's keypair in this process.</summary>
    public Task<IDisposable> EnterAsync(Did account, CancellationToken cancellation) => _turns.EnterAsync(account.Value, cancellation);

    /// <param name="account">Whose keypair.</param>
    /// <param name="replaced">The ETag of the row that stands there, whether it counts or not.</param>
    /// <param name="version">The version to make.</param>
    /// <param name="happens">What this is in the access log.</param>
    /// <param name="key">The account's key.</param>
    /// <param name="cancellation">The request's deadline.</param>
    /// <returns>The new version; null when somebody else changed the keypair: read again, decide again.</returns>
    public async Task<KeyVersion?> TryWriteAsync(
        Did account, Azure.ETag? replaced, int version, AccessEvent happens, SealingKey key, CancellationToken cancellation)
    {
        var partition = RowKeys.Partition(account.Value);
        var next = NewVersion(partition, version, key);
        var change = new PartitionChange(keypairs.Table);
        change.WriteHead(new KeypairHead(partition, next, replaced).ToRow(change.Id, key), replaced);
        change.Insert(keypairs.Versions.ToRow(partition, next, KeypairTable.Incarnation, key));
        var pending = log.Pending(partition, change.Id, happens with { Version = version }, key);
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
        using var seed = new Secret(pair.Export(KeyBlobFormat.RawPrivateKey));
        return keypairs.Versions.Seal(
            partition, version, clock.GetUtcNow(), seed, key, pair.PublicKey.Export(KeyBlobFormat.RawPublicKey));
    }
}
