namespace AtpKeyserver.Client;

internal enum KeyKind
{
    Group,
    Keypair,
    PublicKey,
}

/// <summary>Identifies a cached key.</summary>
/// <param name="Kind">The kind of the key.</param>
/// <param name="Subject">Group id, DID, or empty for the account's own keypair.</param>
/// <param name="Version"><see cref="Active"/>, or a number.</param>
internal readonly record struct KeyId(KeyKind Kind, string Subject, int Version)
{
    internal const int Active = 0;
}
