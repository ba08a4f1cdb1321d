using System.Security.Cryptography;
using System.Text.Json;

namespace AtpKeyserver.Emulators.Atproto.Accounts;

/// <summary>Stores each account in a JSON file that is named after the DID.</summary>
internal sealed class AccountStore(PrivateFolder folder)
{
    public IEnumerable<Account> Load()
    {
        foreach (var file in folder.Files("*.json"))
            yield return Read(file);
    }

    public void Save(Account account)
    {
        var stored = new StoredAccount(
            account.Did,
            account.Handle,
            account.AccessToken,
            account.Method,
            account.Key.Curve,
            account.Key.Export(),
            account.KeyRemoved,
            account.Tombstoned);
        folder.Write(
            FileName(account.Did), JsonSerializer.SerializeToUtf8Bytes(stored, AtprotoJson.Default.StoredAccount));
    }

    public static string FileName(string did) => did.Replace(':', '_').Replace('%', '_') + ".json";

    private static Account Read(string file)
    {
        try
        {
            var stored = JsonSerializer.Deserialize(File.ReadAllBytes(file), AtprotoJson.Default.StoredAccount)
                ?? throw new JsonException("It is null.");
            return new Account(
                stored.Did,
                stored.Handle,
                stored.AccessToken,
                stored.Method,
                SigningKey.Import(stored.Curve, stored.PrivateKeyPkcs8),
                stored.KeyRemoved,
                stored.Tombstoned);
        }
        catch (Exception e) when (e is JsonException or CryptographicException)
        {
            throw new InvalidDataException($"{file} is damaged: {e.Message}", e);
        }
    }
}
