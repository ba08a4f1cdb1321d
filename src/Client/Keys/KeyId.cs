namespace AtpKeyserver.Client;

internal enum KeyKind
{
    Group,
    Keypair,
    PublicKey,
}

/// <summary>Which key.</summary>
/// <param name="Kind">What it is a key of.</param>
/// <param name="Subject">Group id, DID, or empty for the account's own keypair.</param>
/// <param name="Version"><see cref="Active"/>, or a number.</param>
internal readonly record struct KeyId(KeyKind Kind, string Subject, int Version)
{
    internal const int Active = 0;
}
