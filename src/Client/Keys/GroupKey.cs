namespace AtpKeyserver.Client;

/// <summary>
/// A version of a group's key, for applications with a cipher of their own; <see cref="KeyserverContent"/> needs none
/// of it. Dispose of it soon.
/// </summary>
public sealed class GroupKey : SecretBytes
{
    internal GroupKey(string groupId, byte[] key, int version) : base(key, version) => GroupId = groupId;

    /// <summary><c>{owner DID}#{name}</c>.</summary>
    public string GroupId { get; }

    /// <summary>The key: 32 bytes.</summary>
    /// <exception cref="ObjectDisposedException">It was zeroed.</exception>
    public ReadOnlySpan<byte> Key => Secret;
}
