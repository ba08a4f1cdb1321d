using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;

namespace AtpKeyserver.KeyManagement;

/// <summary>
/// Partition keys of groups and accounts: hashes keyed with the keyring's root. All indexes and tombstones use them
/// (docs/adr/0008).
/// </summary>
public sealed class PartitionKeys(Keyring keyring)
{
    /// <summary>Every group id contains a <c>#</c> and no DID does, so the two never collide.</summary>
    public ValueTask<string> OfAsync(GroupId group, CancellationToken cancellation) =>
        HashAsync(group.Value, cancellation);

    public ValueTask<string> OfAsync(Did account, CancellationToken cancellation) =>
        HashAsync(account.Value, cancellation);

    private async ValueTask<string> HashAsync(string id, CancellationToken cancellation) =>
        PartitionKey.Of(await keyring.RootAsync(cancellation), "partition", id);
}
