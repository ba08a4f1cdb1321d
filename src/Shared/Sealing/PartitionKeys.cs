using System.Text.Unicode;
using AtpKeyserver.Groups;
using AtpKeyserver.Identity;

namespace AtpKeyserver.Sealing;

/// <summary>
/// Partition keys of groups and accounts: keyed hashes under the root of the keyring, 32 hex digits. What stays of something deleted, and every
/// index, stands under such a hash and names nobody, not even to somebody who guesses names. (docs/adr/0008)
/// </summary>
public sealed class PartitionKeys(Keyring keyring)
{
    private const int Bytes = 16;

    /// <summary>Bytes of a label and an id; ids are ASCII, and the longest is that of a group.</summary>
    private const int MaxMessage = 64 + Did.MaxLength + 1 + GroupId.MaxNameLength;

    /// <summary>No DID holds a <c>#</c> and every group id does: the two never meet.</summary>
    public ValueTask<string> OfAsync(GroupId group, CancellationToken cancellation) => HashAsync(group.Value, cancellation);

    public ValueTask<string> OfAsync(Did account, CancellationToken cancellation) => HashAsync(account.Value, cancellation);

    /// <summary>The same under another key, for what shall lose its name together with that key.</summary>
    public static string Of(SealingKey key, string label, string id)
    {
        Span<byte> message = stackalloc byte[MaxMessage];
        if (!Utf8.TryWrite(message, $"{label} {id}", out var length))
            throw new ArgumentException("No id is that long.", nameof(id));
        Span<byte> mac = stackalloc byte[SealingKey.MacLength];
        key.Mac(message[..length], mac);
        return Convert.ToHexStringLower(mac[..Bytes]);
    }

    /// <summary>Whether a text that stood in a row has the form of a partition key: what has not, we did not write.</summary>
    public static bool IsOne(string text) => text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigitLower);

    private async ValueTask<string> HashAsync(string id, CancellationToken cancellation) =>
        Of(await keyring.RootAsync(cancellation), "partition", id);
}
