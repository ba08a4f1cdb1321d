namespace Azure.Security.KeyVault.Keys;

/// <summary>A key version: its public key and properties.</summary>
public class KeyVaultKey
{
    public KeyVaultKey(string name)
        : this(new KeyProperties(name), new JsonWebKey(null))
    {
    }

    internal KeyVaultKey(KeyProperties properties, JsonWebKey key)
    {
        Properties = properties;
        Key = key;
    }

    /// <summary>The full id with the version.</summary>
    public Uri Id => Properties.Id;

    public string Name => Properties.Name;

    public JsonWebKey Key { get; }

    public KeyType KeyType => Key.KeyType;

    public IReadOnlyCollection<KeyOperation> KeyOperations => Key.KeyOps;

    public KeyProperties Properties { get; }
}
