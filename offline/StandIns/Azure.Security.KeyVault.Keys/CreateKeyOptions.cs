namespace Azure.Security.KeyVault.Keys;

/// <summary>What a new key is to be like, whatever its kind.</summary>
public class CreateKeyOptions
{
    public bool? Enabled { get; set; }

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? ExpiresOn { get; set; }

    /// <summary>What the key permits; empty for all that its kind can do.</summary>
    public IList<KeyOperation> KeyOperations { get; } = [];

    public IDictionary<string, string> Tags { get; } = new Dictionary<string, string>();
}
