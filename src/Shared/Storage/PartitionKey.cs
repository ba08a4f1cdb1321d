using System.Text.Unicode;
using AtpKeyserver.Crypto;
using AtpKeyserver.Identifiers;

namespace AtpKeyserver.Storage;

/// <summary>
/// Partition keys: a keyed hash of a label and an id, 32 hex digits. They do not reveal ids, even to someone who
/// guesses them (docs/adr/0008).
/// </summary>
public static class PartitionKey
{
    private const int Bytes = 16;

    /// <summary>Bytes of a label and an ASCII id; group ids are the longest.</summary>
    private const int MaxMessage = 64 + Did.MaxLength + 1 + GroupId.MaxNameLength;

    /// <exception cref="ArgumentException">The id is too long.</exception>
    public static string Of(SealingKey key, string label, string id)
    {
        Span<byte> message = stackalloc byte[MaxMessage];
        if (!Utf8.TryWrite(message, $"{label} {id}", out var length))
            throw new ArgumentException("The id is too long.", nameof(id));
        Span<byte> mac = stackalloc byte[SealingKey.MacLength];
        key.Mac(message[..length], mac);
        return Convert.ToHexStringLower(mac[..Bytes]);
    }

    /// <summary>Whether the text has the form of a partition key.</summary>
    public static bool IsValid(string text) => text.Length == 2 * Bytes && text.All(char.IsAsciiHexDigitLower);
}
