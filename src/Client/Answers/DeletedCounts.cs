namespace AtpKeyserver.Client;

/// <summary>How many items were removed with an account.</summary>
/// <param name="KeypairVersions">Versions of its keypair.</param>
/// <param name="Groups">Groups that it owned, for all their members.</param>
/// <param name="Memberships">Memberships in groups of other owners.</param>
/// <param name="Delegations">Delegations for groups of other owners.</param>
public sealed record DeletedCounts(int KeypairVersions, int Groups, int Memberships, int Delegations);
