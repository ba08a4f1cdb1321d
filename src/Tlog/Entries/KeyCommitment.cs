using System.Buffers.Binary;
using System.Security.Cryptography;

namespace AtpKeyserver.Tlog;

/// <summary>
/// Binds a version of a group to its key without showing it: SHA-256(<c>atpkeyserver/tlog/group-key/v1</c> ‖ 0x00 ‖ u32
/// length ‖ group id ‖ u32 version ‖ key); numbers are big-endian.
/// </summary>
public static class KeyCommitment
{
    /// <summary>Computes it. Temporary copies of the key are zeroed.</summary>
    /// <param name="groupId">The group; its length counts in bytes of UTF-8.</param>
    /// <param name="version">The version of the group's key.</param>
    /// <param name="key">The symmetric key, at most 64 bytes.</param>
    /// <exception cref="ArgumentException">A value is out of range.</exception>
    public static Hash Compute(string groupId, int version, ReadOnlySpan<byte> key)
    {
        ArgumentException.ThrowIfNullOrEmpty(groupId);
        ArgumentOutOfRangeException.ThrowIfNegative(version);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(key.Length, 64, nameof(key));
        var prefix = "atpkeyserver/tlog/group-key/v1\0"u8;
        var id = StrictUtf8.GetBytes(groupId);
        var data = GC.AllocateUninitializedArray<byte>(
            prefix.Length + sizeof(uint) + id.Length + sizeof(uint) + key.Length, pinned: true);
        var rest = data.AsSpan();
        prefix.CopyTo(rest);
        BinaryPrimitives.WriteInt32BigEndian(rest[prefix.Length..], id.Length);
        rest = rest[(prefix.Length + sizeof(uint))..];
        id.CopyTo(rest);
        BinaryPrimitives.WriteInt32BigEndian(rest[id.Length..], version);
        key.CopyTo(rest[(id.Length + sizeof(uint))..]);
        var commitment = Hash.Sha256(data);
        CryptographicOperations.ZeroMemory(data);
        return commitment;
    }
}
