namespace Azure.Security.KeyVault.Keys;

/// <summary>Options of a new RSA key.</summary>
public class CreateRsaKeyOptions : CreateKeyOptions
{
    /// <param name="name">1 to 127 letters, digits and hyphens. An existing key gets a new version.</param>
    /// <param name="hardwareProtected">Whether the key is stored in an HSM.</param>
    public CreateRsaKeyOptions(string name, bool hardwareProtected = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        HardwareProtected = hardwareProtected;
    }

    public string Name { get; }

    public bool HardwareProtected { get; }

    public KeyType KeyType => HardwareProtected ? KeyType.RsaHsm : KeyType.Rsa;

    /// <summary>2048, 3072 or 4096 bits; null: 2048.</summary>
    public int? KeySize { get; set; }
}
