namespace AtpKeyserver.Client;

/// <summary>What was removed with an account.</summary>
/// <param name="KeypairVersions">Of its keypair.</param>
/// <param name="Groups">Its own, for all their members.</param>
/// <param name="Memberships">In groups of others.</param>
/// <param name="Delegations">Rights over groups of others.</param>
public sealed record DeletedCounts(int KeypairVersions, int Groups, int Memberships, int Delegations);
