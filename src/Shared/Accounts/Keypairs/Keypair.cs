using AtpKeyserver.Crypto;

namespace AtpKeyserver.Accounts.Keypairs;

/// <summary>A keypair that exists, as one read of its head found it.</summary>
/// <param name="Head">Verified.</param>
/// <param name="Key">The account's key.</param>
public sealed record Keypair(KeypairHead Head, SealingKey Key);
