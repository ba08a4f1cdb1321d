using AtpKeyserver.Identity;
using AtpKeyserver.Sealing;
using AtpKeyserver.Storage;
using AtpKeyserver.Versions;
using Azure.Data.Tables;

namespace AtpKeyserver.Accounts;

/// <summary>The first version number of a keypair: 1, or the one after the last that a deleted account of this DID ever had.</summary>
public sealed class KeypairNumbers(Tables tables, Keyring keyring)
{
    /// <param name="account">Whose keypair.</param>
    /// <param name="leftover">The head row of an earlier generation, where one was not swept yet.</param>
    /// <param name="cancellation">The request's deadline.</param>
    public async Task<int> FirstAsync(Did account, TableEntity? leftover, CancellationToken cancellation)
    {
        var tombstone = await Tombstone.ReadAsync(tables, keyring, account, cancellation);
        var swept = tombstone?.KeypairVersion ?? 0;
        var unswept = leftover is null ? 0 : KeyVersionRows.ReadActive(leftover, tables.Accounts.Name).Version;
        return checked(Math.Max(swept, unswept) + 1);
    }
}
