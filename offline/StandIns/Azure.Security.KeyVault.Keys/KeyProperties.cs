namespace Azure.Security.KeyVault.Keys;

/// <summary>What is known of a key version besides its material.</summary>
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

    /// <summary>False: the version neither wraps nor unwraps.</summary>
    public bool? Enabled { get; set; }

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? ExpiresOn { get; set; }

    public DateTimeOffset? CreatedOn { get; internal set; }

    public DateTimeOffset? UpdatedOn { get; internal set; }

    public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>();
}
