using System.Text;
using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;

namespace AtpKeyserver.Accounts;

/// <summary>
/// What stays of a deleted account, under a keyed hash of its DID: the numbers that must never be used again.
/// </summary>
/// <param name="Generation">The last generation of the account's key.</param>
/// <param name="KeypairVersion">The last version of its keypair; 0 when it had none.</param>
public sealed record Tombstone(int Generation, int KeypairVersion)
{
    private const string Row = "tombstone";

    public static async Task<Tombstone?> ReadAsync(Tables tables, Keyring keyring, Did account, CancellationToken cancellation)
    {
        var root = await keyring.RootAsync(cancellation);
        var hash = root.Mac(Encoding.UTF8.GetBytes($"tombstone {account.Value}"));
        var row = await tables.Tombstones.GetAsync(Convert.ToHexStringLower(hash), Row, cancellation);
        if (row is null)
            return null;
        RowMac.Verify(row, tables.Tombstones.Name, root);
        return new Tombstone((int)row[nameof(Generation)], (int)row[nameof(KeypairVersion)]);
    }
}
