namespace Azure.Security.KeyVault.Keys;

/// <summary>The metadata of a key version.</summary>
public class KeyProperties
{
    public KeyProperties(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
    }

    public KeyProperties(Uri id)
    {
        var identifier = new KeyVaultKeyIdentifier(id);
        Id = id;
        VaultUri = identifier.VaultUri;
        Name = identifier.Name;
        Version = identifier.Version;
    }

    public Uri Id { get; }

    public Uri VaultUri { get; }

    public string Name { get; }

    public string Version { get; }

    /// <summary>If false, the version cannot be used.</summary>
    public bool? Enabled { get; set; }

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? ExpiresOn { get; set; }

    public DateTimeOffset? CreatedOn { get; internal set; }

    public DateTimeOffset? UpdatedOn { get; internal set; }

    public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>();
}
