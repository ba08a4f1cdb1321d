namespace AtpKeyserver.Emulators.KeyVault.Wire;

/// <summary>The content of a key's file.</summary>
internal sealed record StoredKey(string Name, IReadOnlyList<StoredVersion> Versions, long? DeletedAt = null);

/// <param name="Id">The version.</param>
/// <param name="PrivateKey">PKCS #8.</param>
/// <param name="Attributes">Times in Unix seconds.</param>
/// <param name="Operations">The permitted operations.</param>
/// <param name="Tags">The owner's tags.</param>
internal sealed record StoredVersion(
    string Id,
    byte[] PrivateKey,
    KeyAttributes Attributes,
    IReadOnlyList<string> Operations,
    IReadOnlyDictionary<string, string>? Tags = null);
