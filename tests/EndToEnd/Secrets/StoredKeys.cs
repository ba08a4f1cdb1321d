using System.Security.Cryptography;
using AtpKeyserver.Crypto;
using AtpKeyserver.DevStack;
using AtpKeyserver.KeyManagement.Rows;
using AtpKeyserver.Tests.EndToEnd.Support;
using AtpKeyserver.Tests.Support.Secrets;
using Azure.Data.Tables;

namespace AtpKeyserver.Tests.EndToEnd.Secrets;

/// <summary>
/// Opens the keys in the storage with the vault, as docs/CRYPTOGRAPHY.md describes: root, shard keys, account keys,
/// their subkeys, and every version of private keys and group keys, even those that were never returned.
/// </summary>
internal static class StoredKeys
{
    private const int Length = 32;

    /// <returns>The number of group keys and private keys.</returns>
    public static async Task<int> AddAsync(Stack stack, SecretSearch search)
    {
        using var vault = new KekAccess(stack);
        var rows = await new StorageView(stack).AllAsync();
        var shardKeys = new Dictionary<int, byte[]>();
        foreach (var (_, row) in rows.Where(row => row.Table == "keyring"))
        {
            var key = await vault.Kek.UnwrapAsync(row.GetBinary("Wrapped"), row.GetString("Kek"), default);
            AddSealingKey(search, row.RowKey, key);
            if (new WrappedKey(row) is { IsRoot: false } wrapped)
                shardKeys.Add(wrapped.Number, key);
        }

        var accountKeys = new List<byte[]>();
        foreach (var (table, row) in rows)
        {
            if (table != "accounts" || !row.RowKey.StartsWith("account~", StringComparison.Ordinal)
                || row.GetBinary("SealedKey") is not { } form)
                continue;
            var key = Open(shardKeys[SealedForm.KeyNumber(form)!.Value], SealPurpose.AccountKey, "accounts", row,
                version: 0, form)!;
            AddSealingKey(search, "account key", key);
            accountKeys.Add(key);
        }

        var found = 0;
        foreach (var (table, row) in rows.Where(row => row.Row.RowKey.StartsWith("v:", StringComparison.Ordinal)))
        {
            var isGroup = table == "groups";
            var (purpose, name) = (isGroup ? SealPurpose.GroupKey : SealPurpose.PrivateKey,
                isGroup ? "stored group key" : "stored private key");
            foreach (var accountKey in accountKeys)
            {
                if (Open(accountKey, purpose, table, row, row.GetInt32("Version")!.Value,
                    row.GetBinary("SealedKey")) is not { } key)
                    continue;
                search.Add(name, key);
                found++;
            }
        }

        return found;
    }

    private static byte[]? Open(
        byte[] key, SealPurpose purpose, string table, TableEntity row, int version, byte[] form) => SealedForm.Open(
        Subkey(key, "seal"),
        purpose,
        new Binding(table, row.PartitionKey, row.RowKey, version, row.GetInt32("Generation")!.Value),
        form);

    private static void AddSealingKey(SecretSearch search, string name, byte[] key)
    {
        search.Add(name, key);
        search.Add($"{name}'s subkey for sealing", Subkey(key, "seal"));
        search.Add($"{name}'s subkey for MACs", Subkey(key, "mac"));
    }

    private static byte[] Subkey(byte[] key, string use) =>
        HKDF.Expand(
            HashAlgorithmName.SHA256, key, Length, System.Text.Encoding.ASCII.GetBytes($"atp-keyserver subkey {use}"));
}
