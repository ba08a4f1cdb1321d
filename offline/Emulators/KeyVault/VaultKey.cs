using System.Collections.Immutable;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>An immutable snapshot of a key.</summary>
/// <param name="Name">As first written. Names are case-insensitive.</param>
/// <param name="Versions">At least one, the newest last.</param>
/// <param name="DeletedAt">Unix seconds; null if not deleted.</param>
internal sealed record VaultKey(string Name, ImmutableList<KeyVersion> Versions, long? DeletedAt)
{
    public KeyVersion Newest => Versions[^1];
}
