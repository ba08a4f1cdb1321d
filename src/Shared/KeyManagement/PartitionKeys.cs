using AtpKeyserver.Identifiers;
using AtpKeyserver.Storage;

namespace AtpKeyserver.KeyManagement;

/// <summary>
/// Partition keys of groups and accounts: keyed hashes under the root of the keyring. All indexes and tombstones use them
/// (docs/adr/0008).
/// </summary>
public sealed class PartitionKeys(Keyring keyring)
{
    /// <summary>No DID contains a <c>#</c> and every group id does, so the two never collide.</summary>
    public ValueTask<string> OfAsync(GroupId group, CancellationToken cancellation) => HashAsync(group.Value, cancellation);

    public ValueTask<string> OfAsync(Did account, CancellationToken cancellation) => HashAsync(account.Value, cancellation);

    private async ValueTask<string> HashAsync(string id, CancellationToken cancellation) =>
        PartitionKey.Of(await keyring.RootAsync(cancellation), "partition", id);
}
