using System.Collections.Immutable;

namespace AtpKeyserver.Emulators.KeyVault;

/// <summary>A key as it is at one moment.</summary>
/// <param name="Name">As it was first written; names are compared without case.</param>
/// <param name="Versions">At least one, the newest last.</param>
/// <param name="DeletedAt">Unix seconds; null while it is alive.</param>
internal sealed record VaultKey(string Name, ImmutableList<KeyVersion> Versions, long? DeletedAt)
{
    public KeyVersion Newest => Versions[^1];
}
