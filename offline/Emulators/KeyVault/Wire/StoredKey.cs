namespace AtpKeyserver.Emulators.KeyVault.Wire;

/// <summary>A key's file.</summary>
internal sealed record StoredKey(string Name, IReadOnlyList<StoredVersion> Versions, long? DeletedAt = null);

/// <param name="Id">The version.</param>
/// <param name="PrivateKey">PKCS #8.</param>
/// <param name="Attributes">Times in Unix seconds.</param>
/// <param name="Operations">What the key may do.</param>
/// <param name="Tags">The owner's.</param>
internal sealed record StoredVersion(
    string Id,
    byte[] PrivateKey,
    KeyAttributes Attributes,
    IReadOnlyList<string> Operations,
    IReadOnlyDictionary<string, string>? Tags = null);
