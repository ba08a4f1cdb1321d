namespace AtpKeyserver.Erasure;

/// <summary>The progress of an account's deletion.</summary>
/// <param name="IsComplete">Whether nothing of the account is left.</param>
/// <param name="KeypairVersions">Deleted versions of its keypair.</param>
/// <param name="Groups">Groups it owned, removed with all their rows.</param>
/// <param name="Memberships">Other accounts' groups in which it was a member.</param>
/// <param name="Delegations">Other accounts' groups in which it was a delegate.</param>
public sealed record DeletionProgress(
    bool IsComplete, int KeypairVersions, int Groups, int Memberships, int Delegations);
