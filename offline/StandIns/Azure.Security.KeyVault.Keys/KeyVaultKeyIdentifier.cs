using System.ComponentModel;

namespace Azure.Security.KeyVault.Keys;

#pragma warning disable CA2231 // The official type has no operators
/// <summary>The address of a key: <c>https://{vault}/keys/{name}[/{version}]</c>.</summary>
public readonly struct KeyVaultKeyIdentifier : IEquatable<KeyVaultKeyIdentifier>
#pragma warning restore CA2231
{
    /// <exception cref="ArgumentException">The address is not that of a key.</exception>
    public KeyVaultKeyIdentifier(Uri id)
    {
        ArgumentNullException.ThrowIfNull(id);
        if (!TryCreate(id, out this))
            throw new ArgumentException($"{id} is not the address of a key.", nameof(id));
    }

    private KeyVaultKeyIdentifier(Uri id, string name, string version)
    {
        SourceId = id;
        VaultUri = new Uri(id.GetLeftPart(UriPartial.Authority));
        Name = name;
        Version = version;
    }

    public Uri SourceId { get; }

    public Uri VaultUri { get; }

    public string Name { get; }

    /// <summary>Null if the address has no version, which means the latest.</summary>
    public string Version { get; }

    public static bool TryCreate(Uri id, out KeyVaultKeyIdentifier identifier)
    {
        identifier = default;
        if (id is not { IsAbsoluteUri: true })
            return false;
        var parts = id.AbsolutePath.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length is not (2 or 3) || parts[0] != "keys")
            return false;
        identifier = new KeyVaultKeyIdentifier(id, parts[1], parts.Length == 3 ? parts[2] : null);
        return true;
    }

    public bool Equals(KeyVaultKeyIdentifier other) => SourceId == other.SourceId;

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override bool Equals(object obj) => obj is KeyVaultKeyIdentifier other && Equals(other);

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override int GetHashCode() => SourceId?.GetHashCode() ?? 0;

    [EditorBrowsable(EditorBrowsableState.Never)]
    public override string ToString() => SourceId?.ToString();
}
