using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text.Json;
using AtpKeyserver.Emulators.KeyVault.Wire;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>Stores each key in a JSON file that is named after the key in lower case.</summary>
internal sealed class KeyStore(PrivateFolder folder)
{
    public IEnumerable<VaultKey> Load()
    {
        foreach (var file in folder.Files("*.json"))
            yield return Read(file);
    }

    public void Save(VaultKey key)
    {
        var stored = new StoredKey(key.Name, [.. key.Versions.Select(Store)], key.DeletedAt);
        folder.Write(FileName(key.Name), JsonSerializer.SerializeToUtf8Bytes(stored, VaultJson.Default.StoredKey));
    }

    public void Remove(string name) => folder.Delete(FileName(name));

    private static string FileName(string name) => name.ToLowerInvariant() + ".json";

    private static VaultKey Read(string file)
    {
        try
        {
            var stored = JsonSerializer.Deserialize(File.ReadAllBytes(file), VaultJson.Default.StoredKey)
                ?? throw new JsonException("It is null.");
            if (stored.Versions.Count == 0)
                throw new JsonException("It has no versions.");
            return new VaultKey(stored.Name, [.. stored.Versions.Select(Open)], stored.DeletedAt);
        }
        catch (Exception e) when (e is JsonException or CryptographicException)
        {
            throw new InvalidDataException($"{file} is damaged: {e.Message}", e);
        }
    }

    private static StoredVersion Store(KeyVersion version)
    {
        lock (version.Key)
            return new(version.Id, version.Key.ExportPkcs8PrivateKey(), version.Attributes, version.Operations,
                version.Tags);
    }

    private static KeyVersion Open(StoredVersion stored)
    {
        var key = RSA.Create();
        key.ImportPkcs8PrivateKey(stored.PrivateKey, out _);
        return new KeyVersion(stored.Id, key, stored.Attributes, stored.Operations, stored.Tags);
    }
}
