namespace Azure.Security.KeyVault.Keys;

/// <summary>Options of a new key.</summary>
public class CreateKeyOptions
{
    public bool? Enabled { get; set; }

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? ExpiresOn { get; set; }

    /// <summary>The permitted operations; empty: all.</summary>
    public IList<KeyOperation> KeyOperations { get; } = [];

    public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>();
}
