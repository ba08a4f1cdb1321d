namespace Azure.Security.KeyVault.Keys;

/// <summary>What a new RSA key is to be like.</summary>
public class CreateRsaKeyOptions : CreateKeyOptions
{
    /// <param name="name">1 to 127 letters, digits and hyphens. A name that exists gets a new version.</param>
    /// <param name="hardwareProtected">Whether it is made and kept in an HSM.</param>
    public CreateRsaKeyOptions(string name, bool hardwareProtected = false)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        HardwareProtected = hardwareProtected;
    }

    public string Name { get; }

    public bool HardwareProtected { get; }

    public KeyType KeyType => HardwareProtected ? KeyType.RsaHsm : KeyType.Rsa;

    /// <summary>2048, 3072 or 4096 bits; null for 2048.</summary>
    public int? KeySize { get; set; }
}
