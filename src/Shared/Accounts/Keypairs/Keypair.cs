using AtpKeyserver.Accounts.Keypairs.Rows;
using AtpKeyserver.Crypto;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>An existing keypair, as read from its head.</summary>
/// <param name="Head">The verified head.</param>
/// <param name="Key">The account key.</param>
public sealed record Keypair(KeypairHead Head, SealingKey Key);
