namespace AtpKeyserver.Erasure;

/// <summary>How far the deletion of an account has come.</summary>
/// <param name="IsComplete">Nothing of the account is left.</param>
/// <param name="KeypairVersions">Deleted versions of its keypair.</param>
/// <param name="Groups">Groups it owned that are gone with all their rows.</param>
/// <param name="Memberships">Groups of others that it was taken out of.</param>
/// <param name="Delegations">Rights on groups of others that it lost.</param>
public sealed record DeletionProgress(bool IsComplete, int KeypairVersions, int Groups, int Memberships, int Delegations);
